package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Grace is how long bytes stay after the last Put of them whatever happens:
// far longer than from Put to the database row that refers to them.
const Grace = time.Hour

// keepBatch is how many names Old gives at once.
const keepBatch = 500

// aside is where the removal with this mark sets bytes aside. Each removal has
// a place of its own: what one sets aside no other takes away.
func (s *Store) aside(sha, mark string) string { return filepath.Join(s.dir, "trash", sha+"."+mark) }

// Old gives the names of all bytes last put longer ago than age, some at a time
// and in no special order.
func (s *Store) Old(ctx context.Context, age time.Duration, batch func(names []string) error) error {
	before := time.Now().Add(-age)
	var names []string
	flush := func() error {
		if len(names) == 0 {
			return nil
		}
		err := batch(names)
		names = names[:0]
		return err
	}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // somebody else removed it
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && filepath.Dir(path) == s.dir && len(d.Name()) != 2:
			return fs.SkipDir // tmp, trash
		case d.IsDir() || !name.MatchString(d.Name()):
			return nil
		}
		info, err := d.Info()
		if err != nil || !info.ModTime().Before(before) {
			return nil
		}
		if names = append(names, d.Name()); len(names) >= keepBatch {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fmt.Errorf("blob sweep: %w", err)
	}
	return nil
}

// Remove takes bytes away that were last put longer ago than age, at least
// Grace, unless wanted says that something refers to them. It gives the number
// of bytes that went.
//
// The bytes are first set aside, then looked at again: a Put of equal bytes in
// the meantime has either dated them anew before that, and they go back, or
// finds nothing and keeps its own. So whoever got a reference from Put has the
// bytes, also when several processes remove; while they are set aside Get still
// finds them, and Open puts back what a crash left there.
func (s *Store) Remove(sha string, age time.Duration, wanted func() (bool, error)) (size int64, err error) {
	if !name.MatchString(sha) {
		return 0, nil
	}
	s.removing.Lock()
	defer s.removing.Unlock()
	before := time.Now().Add(-max(age, Grace))
	old := func(path string) (int64, bool) {
		info, err := os.Stat(path)
		return sizeOf(info), err == nil && info.ModTime().Before(before)
	}
	if _, ok := old(s.path(sha)); !ok {
		return 0, nil
	}
	aside := s.aside(sha, strconv.FormatUint(rand.Uint64(), 16))
	if err := os.Rename(s.path(sha), aside); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return 0, nil // somebody else removed it
		}
		return 0, fmt.Errorf("blob remove: %w", err)
	}
	size, ok := old(aside)
	need := !ok
	if ok {
		need, err = wanted()
	}
	if need || err != nil {
		return 0, errors.Join(err, s.putBack(aside, sha))
	}
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("blob remove: %w", err)
	}
	return size, nil
}

func sizeOf(info fs.FileInfo) int64 {
	if info == nil {
		return 0
	}
	return info.Size()
}

// putBack gives bytes that were set aside their name again. When equal bytes
// have taken it, those stay that were put last: their date is a promise.
// Another process that was just opened may have put them back before us.
func (s *Store) putBack(aside, sha string) error {
	err := os.Link(aside, s.path(sha))
	if errors.Is(err, fs.ErrExist) && newer(aside, s.path(sha)) {
		err = os.Rename(aside, s.path(sha))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob put back: %w", err)
	}
	if err := syncDir(filepath.Dir(s.path(sha))); err != nil {
		return err
	}
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob put back: %w", err)
	}
	return nil
}

// newer says whether a was put after b, or b is gone.
func newer(a, b string) bool {
	of, err := os.Stat(a)
	if err != nil {
		return false
	}
	than, err := os.Stat(b)
	return err != nil || of.ModTime().After(than.ModTime())
}

// recover puts back what was set aside when the program ended. What another
// process is just removing may come back with it: the next sweep takes it.
func (s *Store) recover() error {
	list, err := os.ReadDir(filepath.Join(s.dir, "trash"))
	if err != nil {
		return fmt.Errorf("blob folder: %w", err)
	}
	for _, e := range list {
		sha, _, _ := strings.Cut(e.Name(), ".")
		if !name.MatchString(sha) {
			continue
		}
		if err := s.putBack(filepath.Join(s.dir, "trash", e.Name()), sha); err != nil {
			return err
		}
	}
	return nil
}
