package assets_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kis-platform/kis/web/assets"
)

// manifest is dist/manifest.json as it lies in the tree, so that the test does not believe the package about itself.
type manifest map[string]struct {
	File      string
	Type      string
	Encodings map[string]struct {
		Suffix string
		Size   int
		SHA256 string
	}
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	text, err := os.ReadFile("dist/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// get asks the handler over real HTTP, without the client undoing an encoding.
func get(t *testing.T, method, path string, header map[string]string) (*http.Response, []byte) {
	t.Helper()
	server := httptest.NewServer(assets.Handler())
	defer server.Close()
	req, err := http.NewRequest(method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// Every built file comes in every encoding it was built in, whole and with the headers that let browsers keep it.
func TestEveryFileIsServed(t *testing.T) {
	for name, f := range readManifest(t) {
		for coding, e := range f.Encodings {
			res, body := get(t, "GET", assets.Path(name), map[string]string{"Accept-Encoding": coding})
			sum := sha256.Sum256(body)
			if res.StatusCode != 200 || hex.EncodeToString(sum[:]) != e.SHA256 || int(res.ContentLength) != e.Size {
				t.Errorf("%s as %s: status %d, %d bytes, not what was built", name, coding, res.StatusCode, len(body))
			}
			if got := res.Header.Get("Content-Encoding"); got != strings.TrimPrefix(coding, "identity") {
				t.Errorf("%s as %s: Content-Encoding %q", name, coding, got)
			}
			if got := res.Header.Get("Content-Type"); got != f.Type {
				t.Errorf("%s: Content-Type %q, want %q", name, got, f.Type)
			}
			if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: Cache-Control %q", name, got)
			}
			if len(f.Encodings) > 1 && res.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s as %s: no Vary, a cache could give it to the wrong browser", name, coding)
			}
			again, rest := get(t, "GET", assets.Path(name), map[string]string{"Accept-Encoding": coding, "If-None-Match": res.Header.Get("ETag")})
			if again.StatusCode != 304 || len(rest) != 0 {
				t.Errorf("%s as %s: asked again with its ETag: status %d, %d bytes", name, coding, again.StatusCode, len(rest))
			}
			head, none := get(t, "HEAD", assets.Path(name), map[string]string{"Accept-Encoding": coding})
			if head.StatusCode != 200 || int(head.ContentLength) != e.Size || len(none) != 0 {
				t.Errorf("%s as %s: HEAD: status %d, length %d, %d bytes", name, coding, head.StatusCode, head.ContentLength, len(none))
			}
		}
	}
}

// The hash in a name is the hash of the bytes, and the gzip form unpacks to the same bytes.
func TestNamesHoldTheHashOfTheContent(t *testing.T) {
	for name, f := range readManifest(t) {
		_, raw := get(t, "GET", assets.Path(name), map[string]string{"Accept-Encoding": "identity"})
		sum := sha256.Sum256(raw)
		if !strings.Contains(f.File, "."+hex.EncodeToString(sum[:])[:12]+".") {
			t.Errorf("%s: %s does not hold the hash of its content", name, f.File)
		}
		if _, ok := f.Encodings["gzip"]; !ok {
			continue
		}
		_, packed := get(t, "GET", assets.Path(name), map[string]string{"Accept-Encoding": "gzip"})
		unzip, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(unzip); err != nil || !bytes.Equal(plain, raw) {
			t.Errorf("%s: the gzip form unpacks to something else (%v)", name, err)
		}
	}
}

func TestEncodingIsNegotiated(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "br",
		"gzip, deflate":           "gzip",
		"br;q=0, gzip;q=0.5":      "gzip",
		"*":                       "br",
		"*;q=0":                   "",
		"BR":                      "br",
		"br;q=x":                  "",
		"deflate":                 "",
		"":                        "",
	} {
		res, _ := get(t, "GET", assets.Path("kis.css"), map[string]string{"Accept-Encoding": accept})
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", accept, got, want)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	css := assets.Path("kis.css")
	for _, path := range []string{
		"/assets/", "/assets", "/", "/assets/kis.css", "/assets/manifest.json", "/assets/dist/manifest.json", "/assets/purged.txt",
		css + "/", css + ".br", css + ".gz", "/assets/..%2fassets.go", "/assets/../assets.go", "/other" + css, strings.TrimPrefix(css, "/assets"),
	} {
		if res, _ := get(t, "GET", path, nil); res.StatusCode != 404 {
			t.Errorf("%s: status %d, want 404", path, res.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if res, _ := get(t, method, css, nil); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, res.StatusCode, res.Header.Get("Allow"))
		}
	}
}

// What a first visit costs: style and script together stay under 90 KB over the wire.
func TestFirstVisitIsSmall(t *testing.T) {
	total := 0
	for _, name := range []string{"kis.css", "kis.js"} {
		_, body := get(t, "GET", assets.Path(name), map[string]string{"Accept-Encoding": "br"})
		total += len(body)
	}
	if total >= 90_000 {
		t.Errorf("style and script are %d bytes over the wire, the bar is 90 000", total)
	}
	t.Logf("style and script: %d bytes", total)
}

// The style sheet keeps to the content policy: every address in it is one of our own files or a data: image.
func TestStyleSheetAsksForNothingForeign(t *testing.T) {
	_, css := get(t, "GET", assets.Path("kis.css"), map[string]string{"Accept-Encoding": "identity"})
	fonts := 0
	for _, m := range regexp.MustCompile(`url\(\s*["']?([^"')]+)`).FindAllSubmatch(css, -1) {
		address := string(m[1])
		switch {
		case strings.HasPrefix(address, "data:image/"), strings.HasPrefix(address, "#"):
		case strings.HasSuffix(address, ".woff2"):
			fonts++
			if res, _ := get(t, "GET", assets.Prefix+address, nil); res.StatusCode != 200 {
				t.Errorf("font %s: status %d", address, res.StatusCode)
			}
		default:
			t.Errorf("the style sheet asks for %s", address)
		}
	}
	if fonts != 4 {
		t.Errorf("%d fonts, want four subsets: ə is in latin-ext", fonts)
	}
	if bytes.Contains(css, []byte("@import")) {
		t.Error("the style sheet imports another")
	}
}

// The script must run under script-src 'self': no eval of ours, and htmx is told not to use its own.
func TestScriptIsConfiguredForTheContentPolicy(t *testing.T) {
	_, js := get(t, "GET", assets.Path("kis.js"), map[string]string{"Accept-Encoding": "identity"})
	for _, want := range []string{"allowEval:!1", "includeIndicatorStyles:!1", "selfRequestsOnly:!0", "historyCacheSize:0"} {
		if !bytes.Contains(js, []byte(want)) {
			t.Errorf("the script does not set %s", want)
		}
	}
}

func TestIcons(t *testing.T) {
	_, sprite := get(t, "GET", assets.Path("icons.svg"), map[string]string{"Accept-Encoding": "identity"})
	names, err := os.ReadFile("src/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(names), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			if !assets.HasIcon(name) || !bytes.Contains(sprite, []byte(`<symbol id="`+name+`"`)) {
				t.Errorf("icon %s is listed, but not in the sprite", name)
			}
		}
	}
	if got := assets.Icon("check"); got != assets.Path("icons.svg")+"#check" {
		t.Errorf("Icon: %s", got)
	}
	if assets.HasIcon("no-such-icon") {
		t.Error("HasIcon finds what is not there")
	}
}

// Each thing that we pass on carries its licence.
func TestLicencesAreKept(t *testing.T) {
	for _, name := range []string{"tabler", "tabler-icons", "htmx", "inter", "axe-core"} {
		text, err := os.ReadFile(filepath.Join("LICENSES", name+".txt"))
		if err != nil || len(text) < 500 {
			t.Errorf("licence of %s: %d bytes, %v", name, len(text), err)
		}
	}
}
