package assets

import (
	"net/http"
	"strconv"
	"strings"
)

// Handler answers GET and HEAD under Prefix with the built files and 404 for everything else.
//
// It sees the full path (no StripPrefix). The best encoding that the client accepts is sent as it was compressed at
// build time; the ETag differs by encoding, as the bytes do. Nothing is read from disk and nothing is compressed here.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	name, found := strings.CutPrefix(r.URL.Path, Prefix)
	f, known := built.byFile[name]
	if !found || !known {
		http.NotFound(w, r)
		return
	}
	coding := choose(r.Header.Values("Accept-Encoding"), f.Encodings)
	e := f.Encodings[coding]

	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	tag := `"` + e.SHA256[:20] + `"`
	h.Set("ETag", tag)
	if len(f.Encodings) > 1 {
		h.Add("Vary", "Accept-Encoding")
	}
	if matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if coding != "identity" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.Itoa(e.Size))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(e.body) // the client may have gone; there is nobody to tell
}

// choose gives the encoding to send: br before gzip before identity, among those that the client accepts with a
// quality above zero (RFC 9110, 12.5.3). The bytes as they are remain the answer when nothing else fits.
func choose(accept []string, have map[string]encoding) string {
	quality := map[string]float64{}
	for _, part := range strings.Split(strings.Join(accept, ","), ",") {
		coding, params, _ := strings.Cut(part, ";")
		q := 1.0
		if key, value, ok := strings.Cut(params, "="); ok && strings.EqualFold(strings.TrimSpace(key), "q") {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
				q = 0
			}
		}
		quality[strings.ToLower(strings.TrimSpace(coding))] = q
	}
	for _, coding := range []string{"br", "gzip"} {
		q, named := quality[coding]
		if !named {
			q = quality["*"]
		}
		if _, ok := have[coding]; ok && q > 0 {
			return coding
		}
	}
	return "identity"
}

// matches reports whether an If-None-Match list names the tag. Weak forms count, as for any GET (RFC 9110, 13.1.2).
func matches(lists []string, tag string) bool {
	for _, candidate := range strings.Split(strings.Join(lists, ","), ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}
