package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/web/webtest"
)

// person is one of the people of the office at a browser of their own, who
// finds things on a page by the words that stand there.
type person struct {
	*webtest.Browser
	story  *story
	key    string // before the @ of the address
	id     string
	within string // part of the page that is looked at; "" = the open dialog, else everything
}

// finder marks what a person would click or fill in: a button or link by its
// words, a field by its label. What is not visible is not found.
const finder = `((kind, words, within) => {
	const dialog = [...document.querySelectorAll('dialog[open]')].pop();
	const root = within ? document.querySelector(within) : dialog || document;
	if (!root) return false;
	const plain = s => s.replace(/\s+/g, ' ').trim();
	const all = selector => [...root.querySelectorAll(selector)].filter(e => e.checkVisibility({visibilityProperty: true}));
	const label = e => { const c = e.cloneNode(true); c.querySelectorAll('.k-mut, .form-hint').forEach(x => x.remove()); return plain(c.textContent); };
	const pick = (list, text) => list.find(e => text(e) === words) || list.find(e => text(e).startsWith(words));
	let found = null;
	switch (kind) {
	case 'button': found = pick(all('button:not([disabled]), a[href], summary'), e => plain(e.textContent) || e.getAttribute('aria-label') || ''); break;
	case 'field': {
		const named = pick(all('input, textarea, select'), e => e.getAttribute('aria-label') || '\0');
		const by = pick(all('label'), label);
		found = named || (by && by.control); break;
	}
	case 'tick': found = pick(all('label').filter(e => e.control && /radio|checkbox/.test(e.control.type)), label); break;
	case 'files': found = all('input[type=file]').find(e => !e.disabled); break;
	}
	if (!found) return false;
	document.querySelectorAll('[data-journey]').forEach(e => e.removeAttribute('data-journey'));
	found.setAttribute('data-journey', '');
	return true;
})`

// marked is what the finder has found last.
const marked = chromedp.CSS("[data-journey]")

// quoted writes a text as JavaScript.
func quoted(text string) string {
	raw, _ := json.Marshal(text) // a string always can be
	return string(raw)
}

// in is the person looking at a part of the page.
func (p *person) in(selector string) *person {
	part := *p
	part.within = selector
	return &part
}

// until waits for a condition; when it never comes true the test ends with
// what the person sees instead. It is patient: a page may take long on a
// machine that is busy with other tests.
func (p *person) until(condition, what string) {
	p.story.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// An error is a page that is just going or coming.
		if yes, err := chromedp.Run(p.Ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+condition+")")); err == nil && yes {
			return
		}
	}
	here := webtest.Eval[string](p.Browser, `location.pathname + location.search + '\n' + document.querySelector('main').innerText.replace(/\n\s*/g, ' / ')`)
	p.story.t.Fatalf("%s: %s\n%s", p.key, what, here[:min(len(here), 3000)])
}

func (p *person) find(kind, words string) {
	p.story.t.Helper()
	p.until(fmt.Sprintf("%s(%s, %s, %s)", finder, quoted(kind), quoted(words), quoted(p.within)), fmt.Sprintf("finds no %s %q %s", kind, words, p.within))
}

// goes opens a page by its address.
func (p *person) goes(path string) {
	p.story.t.Helper()
	p.Open(p.story.site + path)
}

// presses clicks something that leaves the page where it is.
func (p *person) presses(words string) {
	p.story.t.Helper()
	p.find("button", words)
	p.Do(chromedp.Click(marked))
}

// follows clicks what leads to another page: a link, or the button of a form.
func (p *person) follows(words string) {
	p.story.t.Helper()
	p.find("button", words)
	webtest.Eval[bool](p.Browser, "window.journeyWasHere = true")
	p.Do(chromedp.Click(marked))
	p.until("!window.journeyWasHere", fmt.Sprintf("%q leads nowhere", words))
	if word := webtest.Eval[string](p.Browser, `(document.body.textContent.match(/⟦[^⟧]*⟧/) || [''])[0]`); word != "" {
		p.story.t.Errorf("%s sees a key without a text: %s", p.key, word)
	}
}

// fills types texts into fields: label, text, label, text …
func (p *person) fills(pairs ...string) {
	p.story.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		p.find("field", pairs[i])
		p.Do(chromedp.Focus(marked))
		webtest.Eval[bool](p.Browser, "(document.activeElement.select(), true)") // what stands there is typed over
		p.Do(chromedp.KeyEvent(pairs[i+1]))
		p.until(fmt.Sprintf("document.querySelector('[data-journey]').value === %s", quoted(pairs[i+1])), fmt.Sprintf("cannot write into %q", pairs[i]))
	}
}

// chooses takes an option of a list by the words it begins with.
func (p *person) chooses(label, option string) {
	p.story.t.Helper()
	p.find("field", label)
	p.until(fmt.Sprintf(`(() => {
		const list = document.querySelector('[data-journey]');
		const wanted = [...list.options].find(o => o.textContent.trim().startsWith(%s));
		if (!wanted) return false;
		list.value = wanted.value;
		for (const type of ['input', 'change']) list.dispatchEvent(new Event(type, {bubbles: true}));
		return true;
	})()`, quoted(option)), fmt.Sprintf("%q offers no %q", label, option))
}

// ticks makes choices by clicking their labels.
func (p *person) ticks(words ...string) { p.story.t.Helper(); p.tick(true, words) }

// unticks takes choices back.
func (p *person) unticks(words ...string) { p.story.t.Helper(); p.tick(false, words) }

func (p *person) tick(want bool, words []string) {
	p.story.t.Helper()
	for _, w := range words {
		p.find("tick", w)
		if webtest.Eval[bool](p.Browser, "document.querySelector('[data-journey]').control.checked") != want {
			p.Do(chromedp.Click(marked))
		}
		p.until(fmt.Sprintf("document.querySelector('[data-journey]').control.checked === %v", want), fmt.Sprintf("cannot tick %q", w))
	}
}

// attaches gives files to the upload area and waits until each has arrived.
// It gives the percentages that were seen on the way.
func (p *person) attaches(files ...string) []string {
	p.story.t.Helper()
	p.find("files", "")
	webtest.Eval[bool](p.Browser, `(() => {
		window.journeySeen = [];
		const form = document.querySelector('[data-journey]').form;
		new MutationObserver(() => form.querySelectorAll('[data-k=pct]:not([hidden])').forEach(e => e.textContent && window.journeySeen.push(e.textContent)))
			.observe(form, {subtree: true, childList: true, characterData: true, attributes: true});
		return true;
	})()`)
	p.Do(chromedp.SetUploadFiles(marked, files))
	defer func() {
		if p.story.t.Failed() {
			p.story.t.Log(webtest.Eval[string](p.Browser, "document.querySelector('[data-k-files]').outerHTML"))
		}
	}()
	p.until(fmt.Sprintf("document.querySelector('[data-journey]').form.querySelectorAll('[data-k=done]:not([hidden])').length === %d", len(files)), "the files do not arrive")
	return webtest.Eval[[]string](p.Browser, "window.journeySeen")
}

// puts gives a file to a form that sends it along with the rest.
func (p *person) puts(file string) {
	p.story.t.Helper()
	p.find("files", "")
	p.Do(chromedp.SetUploadFiles(marked, []string{file}))
}

// sees waits until the page shows all the texts.
func (p *person) sees(texts ...string) {
	p.story.t.Helper()
	for _, text := range texts {
		p.until(fmt.Sprintf("(%s).includes(%s)", p.text(), quoted(text)), fmt.Sprintf("does not see %q %s", text, p.within))
	}
}

// seesNot fails the test when the page shows one of the texts.
func (p *person) seesNot(texts ...string) {
	p.story.t.Helper()
	for _, text := range texts {
		if webtest.Eval[bool](p.Browser, fmt.Sprintf("(%s).includes(%s)", p.text(), quoted(text))) {
			p.story.t.Errorf("%s sees %q %s", p.key, text, p.within)
		}
	}
}

// text is the visible text of the page or of the part looked at.
func (p *person) text() string {
	part := p.within
	if part == "" {
		part = "body"
	}
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].map(e => e.innerText).join(' ').replace(/\s+/g, ' ')`, quoted(part))
}

// counts says how many elements the page shows.
func (p *person) counts(selector string) int {
	p.story.t.Helper()
	return webtest.Eval[int](p.Browser, fmt.Sprintf("document.querySelectorAll(%s).length", quoted(selector)))
}

// reads gives a value out of the page.
func (p *person) reads(expression string) string {
	p.story.t.Helper()
	return webtest.Eval[string](p.Browser, expression)
}

// path is where the person is.
func (p *person) path() string { p.story.t.Helper(); return p.reads("location.pathname") }

// looks has the page judged as a whole: accessibility, overflow, console,
// content policy.
func (p *person) looks(name string) {
	p.story.t.Helper()
	p.Check(p.key + ": " + name)
	p.Picture(*pictures, fmt.Sprintf("%02d-%s-%s", p.story.next(), p.key, strings.ReplaceAll(name, " ", "-")))
}

// glances looks at the page where the person is in English on a telephone.
func (p *person) glances(name string, texts ...string) {
	p.story.t.Helper()
	set := func(lang string) {
		webtest.Eval[bool](p.Browser, fmt.Sprintf(`fetch('/preferences', {method: 'POST', body: new URLSearchParams({lang: %q})}).then(() => true)`, lang))
	}
	here := p.reads("location.href")
	set("en")
	p.Width(390)
	p.Open(here)
	p.sees(texts...)
	p.looks(name + " en 390")
	set("az")
	p.Width(1440)
	p.Open(here)
}

// reply is what came back to a request that no page offered.
type reply struct {
	Status     int
	Text, Type string
}

// forges sends a form that the page did not offer. Multipart when files is
// true. A redirect, which a change would answer with, has status 0.
func (p *person) forges(path string, files bool, pairs ...string) reply {
	p.story.t.Helper()
	body := "new URLSearchParams()"
	if files {
		body = "new FormData()"
	}
	var add strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&add, "b.append(%s, %s);", quoted(pairs[i]), quoted(pairs[i+1]))
	}
	return p.asks(fmt.Sprintf(`(() => { const b = %s; %s return fetch(%s, {method: 'POST', redirect: 'manual', body: b}); })()`, body, add.String(), quoted(path)))
}

// fetches loads what a link leads to, as its bytes.
func (p *person) fetches(path string) reply {
	p.story.t.Helper()
	return p.asks(fmt.Sprintf("fetch(%s)", quoted(path)))
}

func (p *person) asks(request string) reply {
	p.story.t.Helper()
	raw := webtest.Eval[string](p.Browser, request+`.then(async r => {
		const type = r.headers.get('content-type') || '';
		let text = new TextDecoder().decode(await r.arrayBuffer());
		if (type.startsWith('text/html')) text = new DOMParser().parseFromString(text, 'text/html').querySelector('main').textContent.replace(/\s+/g, ' ');
		return JSON.stringify({Status: r.status, Type: type, Text: text.slice(0, 20000)});
	})`)
	var got reply
	if err := json.Unmarshal([]byte(raw), &got); err != nil {
		p.story.t.Fatal(err)
	}
	return got
}

// refused fails the test unless the request came back with the status and the
// words.
func (p *person) refused(got reply, status int, words string) {
	p.story.t.Helper()
	if got.Status != status || !strings.Contains(got.Text, words) {
		p.story.t.Errorf("%s: status %d instead of %d, or without %q: %s", p.key, got.Status, status, words, got.Text[max(0, len(got.Text)-1500):])
	}
}

// downloads checks that a link on the page gives a PDF.
func (p *person) downloads(words string) {
	p.story.t.Helper()
	p.find("button", words)
	href := p.reads("document.querySelector('[data-journey]').getAttribute('href')")
	got := p.fetches(href)
	if got.Status != 200 || got.Type != "application/pdf" || !strings.HasPrefix(got.Text, "%PDF-") {
		p.story.t.Errorf("%s: %s gives status %d, %s, %.40q", p.key, href, got.Status, got.Type, got.Text)
	}
}
