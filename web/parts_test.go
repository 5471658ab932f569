package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"
)

const testBoundary = "sərhəd-7f3a"

// readAll reads a body with the reader of this package.
func readAll(body io.Reader) (names []string, contents [][]byte, err error) {
	r, _ := http.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("Content-Type", `multipart/form-data; boundary="`+testBoundary+`"`)
	p, err := newParts(r)
	for err == nil {
		var one *part
		if one, err = p.Next(); err != nil {
			break
		}
		var raw []byte
		if raw, err = io.ReadAll(one); err == nil {
			names, contents = append(names, one.FormName()+"/"+one.FileName()), append(contents, raw)
		}
	}
	return names, contents, err
}

func TestPartsComeBackWhateverStandsInThem(t *testing.T) {
	delim := "\r\n--" + testBoundary
	large := bytes.Repeat([]byte("\r\n--sərhəd-7f3"), 60_000) // nearly the boundary, all the time
	contents := [][]byte{nil, []byte("\r\n"), []byte(delim[:len(delim)-1]), []byte(delim + "x" + delim + "y"), []byte("--" + testBoundary), large}
	for n := bodyBuffer - 300; n < bodyBuffer+40; n += 7 { // the boundary lies across the end of the buffer
		contents = append(contents, bytes.Repeat([]byte("q"), n))
	}
	var body bytes.Buffer
	for _, c := range contents {
		body.WriteString("--" + testBoundary + " \r\nContent-Disposition: form-data; name=\"a\"; filename=\"qovluq/b.bin\"\r\n\r\n")
		body.Write(c)
		body.WriteString("\r\n")
	}
	body.WriteString("--" + testBoundary + "--\r\n")
	for name, read := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "with its end": iotest.DataErrReader,
	} {
		names, got, err := readAll(read(bytes.NewReader(body.Bytes())))
		if err != io.EOF || len(got) != len(contents) {
			t.Fatalf("%s: %d parts of %d, %v", name, len(got), len(contents), err)
		}
		for i := range got {
			if names[i] != "a/b.bin" || !bytes.Equal(got[i], contents[i]) {
				t.Errorf("%s: part %d: %q, %d bytes of %d", name, i, names[i], len(got[i]), len(contents[i]))
			}
		}
	}
}

func TestABodyThatIsNotWholeIsNotTakenForWhole(t *testing.T) {
	whole := "before\r\n--" + testBoundary + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbir\r\n--" + testBoundary + "\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--" + testBoundary + "--"
	for n := range whole {
		if _, _, err := readAll(iotest.OneByteReader(strings.NewReader(whole[:n]))); err != io.ErrUnexpectedEOF {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if names, got, err := readAll(strings.NewReader(whole)); err != io.EOF || len(got) != 2 || names[0] != "a/" || string(got[0]) != "bir" || string(got[1]) != "" {
		t.Errorf("%q %q %v", names, got, err)
	}
	for name, body := range map[string]string{
		"a header without an end": "--" + testBoundary + "\r\nX: " + strings.Repeat("x", maxPartHead+10),
		"no header":               "--" + testBoundary + "\r\nnothing\r\n\r\nx\r\n--" + testBoundary + "--",
		"a boundary and more":     "--" + testBoundary + "-x\r\n\r\nx\r\n--" + testBoundary + "--",
	} {
		if _, _, err := readAll(strings.NewReader(body)); err != error(errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParts: what is read to the end, the reader of the standard library reads
// the same.
func FuzzParts(f *testing.F) {
	f.Add([]byte("--" + testBoundary + "\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nx\r\n--" + testBoundary + "--"))
	f.Add([]byte("\r\n--" + testBoundary + "\t\r\n\r\nx\r\n--" + testBoundary + "x\r\n--" + testBoundary + "--\r\nafter"))
	f.Fuzz(func(t *testing.T, body []byte) {
		names, got, err := readAll(bytes.NewReader(body))
		if err != io.EOF {
			if _, malformed := err.(textproto.ProtocolError); !malformed && err != io.ErrUnexpectedEOF {
				t.Fatal(err)
			}
			return
		}
		theirs := multipart.NewReader(bytes.NewReader(body), testBoundary)
		for i := range got {
			p, err := theirs.NextRawPart()
			if err != nil {
				t.Fatalf("part %d of %d: %v", i, len(got), err)
			}
			raw, err := io.ReadAll(p)
			if err != nil || !bytes.Equal(raw, got[i]) || p.FormName()+"/"+p.FileName() != names[i] {
				t.Fatalf("part %d: %q %q, here %q %q (%v)", i, p.FormName()+"/"+p.FileName(), raw, names[i], got[i], err)
			}
		}
	})
}
