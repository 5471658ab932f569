package main

import (
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
)

func TestBoundsOfUploadsAreSettings(t *testing.T) {
	read := func(env map[string]string) (kis.Limits, error) {
		c, err := readConfig(func(k string) string { return env[k] })
		if err != nil {
			return kis.Limits{}, err
		}
		return c.limits()
	}
	if l, err := read(nil); err != nil || l != kis.DefaultLimits() {
		t.Errorf("nothing set: %+v, %v", l, err)
	}
	l, err := read(map[string]string{"KIS_UPLOAD_FILE": "3 GiB", "KIS_UPLOAD_FILES": "5", "KIS_UPLOAD_TOTAL": "4096", "KIS_UPLOAD_WAITING": "1TiB", "KIS_UPLOAD_KEEP": "2"})
	if want := (kis.Limits{FileBytes: 3 << 30, Files: 5, TotalBytes: 4096, WaitingBytes: 1 << 40, Keep: 48 * time.Hour}); err != nil || l != want {
		t.Errorf("%+v, %v", l, err)
	}
	for name, value := range map[string]string{"KIS_UPLOAD_FILE": "2GB", "KIS_UPLOAD_TOTAL": "-1", "KIS_UPLOAD_WAITING": "9000000000 GiB", "KIS_UPLOAD_FILES": "0", "KIS_UPLOAD_KEEP": "many",
		"KIS_CLAMAV_ADDR": "clamav", "KIS_CLAMAV_DOWN": "pass"} {
		if _, err := readConfig(func(k string) string { return map[string]string{name: value}[k] }); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}
