// Builds web/assets/dist from web/assets/src and the npm packages beside this copy.
// Called by scripts/assets as: node build.mjs ROOT (the repository). Same input, same bytes.
//
// dist/<name>.<hash>.<ext>[.br|.gz]  what the server sends
// dist/manifest.json                 name → file, type, size and SHA-256 of each encoding; read by assets.go
// dist/purged.txt                    Tabler classes that were removed; scripts/assets --check looks for them in templates
// dist/inputs.sum                    SHA-256 of the sources; scripts/assets --check compares them
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants as z, gzipSync } from 'node:zlib';
import { PurgeCSS } from 'purgecss';
import { transform } from 'esbuild';

const root = process.argv[2];
const assets = join(root, 'web/assets'), src = join(assets, 'src'), dist = join(assets, 'dist');
const modules = new URL('node_modules/', import.meta.url).pathname;
const read = (...path) => readFileSync(join(...path), 'utf8');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const lines = (text) => text.split('\n').map((l) => l.trim()).filter((l) => l && !l.startsWith('#'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const manifest = {};

// add writes one file under its hashed name, with its compressed forms where they help, and notes it in the manifest.
function add(name, type, content, compress = true) {
  const raw = Buffer.from(content);
  const dot = name.lastIndexOf('.');
  const file = `${name.slice(0, dot)}.${sha256(raw).slice(0, 12)}${name.slice(dot)}`;
  const forms = { identity: raw };
  if (compress) {
    forms.br = brotliCompressSync(raw, { params: { [z.BROTLI_PARAM_QUALITY]: 11, [z.BROTLI_PARAM_SIZE_HINT]: raw.length } });
    forms.gzip = gzipSync(raw, { level: 9 });
    if (!brotliDecompressSync(forms.br).equals(raw)) throw new Error(`${name}: brotli does not give the file back`);
  }
  const suffix = { identity: '', br: '.br', gzip: '.gz' };
  const encodings = {};
  for (const [coding, bytes] of Object.entries(forms)) {
    writeFileSync(join(dist, file + suffix[coding]), bytes);
    encodings[coding] = { suffix: suffix[coding], size: bytes.length, sha256: sha256(bytes) };
  }
  manifest[name] = { file, type, encodings };
  return file;
}

// --- Fonts: Inter in four subsets; without latin-ext the letter ə would fall out of the font.
const fonts = [];
const inter = join(modules, '@fontsource-variable/inter');
for (const [, block, subset] of read(inter, 'wght.css').matchAll(/(@font-face\s*{[^}]*inter-([a-z-]+)-wght-normal\.woff2[^}]*})/g)) {
  if (!['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext'].includes(subset)) continue;
  const file = add(`inter-${subset}.woff2`, 'font/woff2', readFileSync(join(inter, `files/inter-${subset}-wght-normal.woff2`)), false);
  fonts.push(block.replace(/src:[^;]*;/, `src: url(${file}) format("woff2");`));
}
if (fonts.length !== 4) throw new Error(`expected four font subsets, found ${fonts.length}`);

// --- Icons: one symbol for each listed name, bare paths; stroke and fill come from the class icon of the outer svg.
const icons = [...new Set(lines(read(src, 'icons.txt')).flatMap((l) => l.split(/\s+/)))].sort();
const symbols = icons.map((name) => {
  const file = join(modules, '@tabler/icons/icons/outline', `${name}.svg`);
  if (!existsSync(file)) throw new Error(`icons.txt: Tabler has no outline icon ${name}`);
  const body = readFileSync(file, 'utf8').replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '').replace(/\s*\n\s*/g, ' ').replace(/ \/>/g, '/>').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
});
add('icons.svg', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('\n')}</svg>\n`);
add('favicon.svg', 'image/svg+xml', read(src, 'favicon.svg'));

// --- Style: Inter, then Tabler without the classes nobody uses, then kis.css untouched but for white space.
// A class is in use when it is in the safelist or stands in a template, in kis.js, or in a Go line of a web package that says "class".
function walk(dir, out = []) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || ['node_modules', 'dist', 'test', 'testdata'].includes(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) walk(path, out);
    else if (entry.name.endsWith('.templ') || (/web\/.*\.go$/.test(path) && !/_(templ|test)\.go$/.test(path))) out.push(path);
  }
  return out;
}
const words = (text) => text.match(/[A-Za-z][\w-]*/g) ?? [];
const quoted = (text) => text.match(/"[^"\n]*"|`[^`]*`|'[^'\n]*'/g) ?? [];
const used = new Set(quoted(read(src, 'kis.js')).flatMap(words));
for (const path of walk(root)) {
  const text = readFileSync(path, 'utf8');
  const part = path.endsWith('.templ') ? text : text.split('\n').filter((l) => /class/i.test(l)).join('\n');
  for (const q of quoted(part)) words(q).forEach((w) => used.add(w));
}
const kisCSS = read(src, 'kis.css');
for (const [, name] of kisCSS.matchAll(/\.([A-Za-z][\w-]*)/g)) used.add(name);
const standard = [...used], greedy = [/data-bs-theme/, /data-bs-/, /^aria-/, /^html$/, /^body$/];
for (const line of lines(read(src, 'safelist.txt'))) standard.push(line.startsWith('/') ? new RegExp(line.slice(1, -1)) : line);
const tabler = read(modules, '@tabler/core/dist/css/tabler.min.css');
const tags = 'a abbr address article aside audio b blockquote body button caption cite code col colgroup dd del details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li main mark meter nav ol optgroup option output p pre progress q s samp search section select small span strong sub summary sup svg table tbody td template textarea tfoot th thead time tr u ul var video '
  + 'class title href role type button submit reset text number date file checkbox radio hidden open disabled checked multiple size list';
const classes = (css) => [...new Set([...css.replace(/url\([^)]*\)/g, '').matchAll(/\.(-?[A-Za-z_](?:[\w-]|\\.)*)/g)].map((m) => m[1].replace(/\\/g, '')))];
// The classes that stay are also given as content: selectors such as [class*=navbar-expand] are judged by content alone.
const listed = classes(tabler).filter((c) => standard.some((s) => (s instanceof RegExp ? s.test(c) : s === c)));
const [purged] = await new PurgeCSS().purge({
  content: [{ raw: `${tags} ${listed.join(' ')}`, extension: 'html' }],
  css: [{ raw: tabler }],
  keyframes: true, variables: true, rejected: true,
  safelist: { standard, greedy, variables: [...new Set(kisCSS.match(/--tblr-[\w-]+/g))] },
});
const small = (await transform(fonts.join('\n') + '\n', { loader: 'css', minify: true })).code
  + purged.css.replace(/@charset "[^"]*";/, '') + '\n'
  + (await transform(kisCSS, { loader: 'css', minify: true })).code;
add('kis.css', 'text/css; charset=utf-8', small);
const kept = new Set(classes(purged.css));
writeFileSync(join(dist, 'purged.txt'), classes(tabler).filter((c) => !kept.has(c)).sort().join('\n') + '\n');

// --- Script: htmx first, then our own.
const js = (await transform(read(src, 'kis.js') + '\n' + read(src, 'keep.js'), { minify: true, charset: 'utf8', target: 'es2022' })).code;
add('kis.js', 'text/javascript; charset=utf-8', read(modules, 'htmx.org/dist/htmx.min.js').trim() + '\n' + js);

// --- Licences, the accessibility checker for browser tests (never served), and the records.
const licences = join(assets, 'LICENSES');
rmSync(licences, { recursive: true, force: true });
mkdirSync(licences);
const mit = read(modules, '@tabler/icons/LICENSE');
const version = (name) => JSON.parse(read(modules, name, 'package.json')).version;
const licence = (name, file, text) => writeFileSync(join(licences, file), `${name} ${version(name)}\n\n${text.trim()}\n`);
licence('@tabler/core', 'tabler.txt', mit.replace(/Copyright .*/, [...new Set(tabler.match(/Copyright .*/g)), 'Holds parts of Bootstrap: Copyright (c) 2011-2026 The Bootstrap Authors, under the same terms'].join('\n')));
licence('@tabler/icons', 'tabler-icons.txt', mit);
licence('htmx.org', 'htmx.txt', read(modules, 'htmx.org/LICENSE'));
licence('@fontsource-variable/inter', 'inter.txt', read(inter, 'LICENSE'));
licence('axe-core', 'axe-core.txt', read(modules, 'axe-core/LICENSE'));
cpSync(join(modules, 'axe-core/axe.min.js'), join(assets, '../webtest/axe.min.js'));

const inputs = readdirSync(src).sort().map((f) => `${sha256(readFileSync(join(src, f)))}  ${relative(root, join(src, f))}`);
writeFileSync(join(dist, 'inputs.sum'), inputs.join('\n') + '\n');
writeFileSync(join(dist, 'manifest.json'), JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 1) + '\n');
writeFileSync(join(dist, 'icons.txt'), icons.join('\n') + '\n');
for (const [name, entry] of Object.entries(manifest)) {
  console.log(name.padEnd(24), Object.entries(entry.encodings).map(([c, e]) => `${c} ${e.size}`).join('  '));
}
