package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/clamd"
	"github.com/kis-platform/kis/kis"
)

// limits are the bounds of uploads out of the settings.
func (c Config) limits() (l kis.Limits, err error) {
	l = kis.DefaultLimits()
	for name, dst := range map[string]*int64{"KIS_UPLOAD_FILE": &l.FileBytes, "KIS_UPLOAD_TOTAL": &l.TotalBytes, "KIS_UPLOAD_WAITING": &l.WaitingBytes} {
		text := map[string]string{"KIS_UPLOAD_FILE": c.UploadFile, "KIS_UPLOAD_TOTAL": c.UploadTotal, "KIS_UPLOAD_WAITING": c.UploadWaiting}[name]
		if text == "" {
			continue
		}
		n, ok := parseBytes(text)
		if !ok {
			return l, apperr.New(apperr.Invalid, "cli.config.bytes", "name", name, "value", text)
		}
		*dst = n
	}
	for name, set := range map[string]func(n int){
		"KIS_UPLOAD_FILES": func(n int) { l.Files = n },
		"KIS_UPLOAD_KEEP":  func(n int) { l.Keep = time.Duration(n) * 24 * time.Hour },
	} {
		text := map[string]string{"KIS_UPLOAD_FILES": c.UploadFiles, "KIS_UPLOAD_KEEP": c.UploadKeep}[name]
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return l, apperr.New(apperr.Invalid, "cli.config.number", "name", name, "value", text, "min", 1, "max", 1000)
		}
		set(n)
	}
	return l, nil
}

// parseBytes reads a size: a whole number, alone or with KiB, MiB, GiB or TiB.
func parseBytes(text string) (int64, bool) {
	shift := 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			text, shift = strings.TrimSpace(rest), 10*(i+1)
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}

// scanner is the virus scanner of KIS_CLAMAV_ADDR, nil when there is none, and
// whether files are held while it does not answer.
func (c Config) scanner() (s kis.Scanner, hold bool, err error) {
	switch c.ClamAVDown {
	case "", "refuse":
	case "hold":
		hold = true
	default:
		return nil, false, apperr.New(apperr.Invalid, "cli.config.clamav_down", "value", c.ClamAVDown)
	}
	if c.ClamAVAddr == "" {
		return nil, hold, nil
	}
	d, err := clamd.New(c.ClamAVAddr)
	if err != nil {
		return nil, false, err
	}
	return d, hold, nil
}
