package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the office's zone must resolve on a machine without zone files

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/mail"
)

// Config is every setting of the program, read once: flags, else environment,
// else the default. A secret may also come from the file named by …_FILE.
type Config struct {
	Addr        string // KIS_ADDR: address to listen on
	DataDir     string // KIS_DATA_DIR: database and files when no URL says otherwise
	DatabaseURL string // KIS_DATABASE_URL: sqlite:///path or postgres://…
	BlobURL     string // KIS_BLOB_URL: folder of evidence bytes, a path or file:///path
	PublicURL   string // KIS_PUBLIC_URL: what printed documents point to; http://ADDR by default
	Lang        string // KIS_LANG: language of the command line and of new people
	Timezone    string // KIS_TIMEZONE: of the office
	Country     string // KIS_COUNTRY: whose working-day calendar counts
	Proxies     string // KIS_TRUSTED_PROXIES: addresses or networks whose X-Forwarded-For is believed, separated by commas
	Office      string // KIS_OFFICE: name of the institution; the one of the texts when empty
	SMTPURL     string // KIS_SMTP_URL: mail server, smtp://user:password@host:port or smtps://…; no mail when empty
	MailFrom    string // KIS_MAIL_FROM: sender, "Name <address>"
	ClamAVAddr  string // KIS_CLAMAV_ADDR: virus scanner, host:port or the path of a socket; none when empty
	ClamAVDown  string // KIS_CLAMAV_DOWN: while it does not answer, refuse (the default) or hold what is sent

	UploadFile    string // KIS_UPLOAD_FILE: most bytes of one file, e.g. 2GiB
	UploadFiles   string // KIS_UPLOAD_FILES: most files of one submission
	UploadTotal   string // KIS_UPLOAD_TOTAL: most bytes of one submission
	UploadWaiting string // KIS_UPLOAD_WAITING: most bytes one person may have sent and not yet attached
	UploadKeep    string // KIS_UPLOAD_KEEP: days that such files wait

	LogLevel string // KIS_LOG_LEVEL: debug, info, warn, error
}

// defaults are the settings of an office that sets nothing.
func defaults() Config {
	return Config{Addr: "127.0.0.1:8080", DataDir: "kis-data", Lang: i18n.Default, Timezone: "Asia/Baku", Country: "AZ", LogLevel: "info"}
}

// readConfig takes the environment over the defaults.
func readConfig(env func(string) string) (Config, error) {
	c := defaults()
	for name, dst := range map[string]*string{
		"KIS_ADDR": &c.Addr, "KIS_DATA_DIR": &c.DataDir, "KIS_DATABASE_URL": &c.DatabaseURL, "KIS_BLOB_URL": &c.BlobURL,
		"KIS_PUBLIC_URL": &c.PublicURL, "KIS_LANG": &c.Lang, "KIS_TIMEZONE": &c.Timezone, "KIS_COUNTRY": &c.Country, "KIS_OFFICE": &c.Office, "KIS_TRUSTED_PROXIES": &c.Proxies, "KIS_LOG_LEVEL": &c.LogLevel,
		"KIS_CLAMAV_ADDR": &c.ClamAVAddr, "KIS_CLAMAV_DOWN": &c.ClamAVDown, "KIS_UPLOAD_FILE": &c.UploadFile, "KIS_UPLOAD_FILES": &c.UploadFiles,
		"KIS_UPLOAD_TOTAL": &c.UploadTotal, "KIS_UPLOAD_WAITING": &c.UploadWaiting, "KIS_UPLOAD_KEEP": &c.UploadKeep,
		"KIS_SMTP_URL": &c.SMTPURL, "KIS_MAIL_FROM": &c.MailFrom,
	} {
		if file := env(name + "_FILE"); file != "" {
			raw, err := os.ReadFile(file)
			if err != nil {
				return c, apperr.New(apperr.Invalid, "cli.config.file", "name", name+"_FILE", "file", file)
			}
			*dst = strings.TrimSpace(string(raw))
		} else if v := env(name); v != "" {
			*dst = v
		}
	}
	if !i18n.Known(c.Lang) {
		return c, apperr.New(apperr.Invalid, "cli.config.lang", "value", c.Lang)
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil {
		return c, apperr.New(apperr.Invalid, "cli.config.timezone", "value", c.Timezone)
	}
	if _, err := c.proxies(); err != nil {
		return c, err
	}
	if _, err := c.mailServer(); err != nil {
		return c, err
	}
	if _, err := c.limits(); err != nil {
		return c, err
	}
	if _, _, err := c.scanner(); err != nil {
		return c, err
	}
	return c, nil
}

// storageFlags adds the flags that say where the data are.
func (c *Config) storageFlags(f *flag.FlagSet) {
	f.StringVar(&c.DataDir, "data", c.DataDir, "data folder (KIS_DATA_DIR)")
}

// database is the URL of the database: the setting, or SQLite in the data folder.
func (c Config) database() string {
	if c.DatabaseURL != "" {
		return c.DatabaseURL
	}
	abs, err := filepath.Abs(c.DataDir)
	if err != nil {
		abs = c.DataDir
	}
	return "sqlite://" + filepath.Join(abs, "kis.db")
}

// blobDir is the folder of the files.
func (c Config) blobDir() (string, error) {
	switch {
	case c.BlobURL == "":
		return filepath.Join(c.DataDir, "files"), nil
	case strings.HasPrefix(c.BlobURL, "file://"):
		return strings.TrimPrefix(c.BlobURL, "file://"), nil
	case strings.Contains(c.BlobURL, "://"):
		return "", apperr.New(apperr.Invalid, "cli.config.blob", "value", withoutPassword(c.BlobURL))
	}
	return c.BlobURL, nil
}

// publicURL is the address that printed documents point to.
func (c Config) publicURL() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	return "http://" + c.Addr
}

// proxies are the networks whose word about the caller's address is believed.
func (c Config) proxies() (out []netip.Prefix, err error) {
	for _, text := range strings.FieldsFunc(c.Proxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(text)
		if a, aerr := netip.ParseAddr(text); aerr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, apperr.New(apperr.Invalid, "cli.config.proxies", "value", text)
		}
		out = append(out, p)
	}
	return out, nil
}

// mailServer is the server of KIS_SMTP_URL; nil when the office has none.
func (c Config) mailServer() (*mail.Server, error) {
	if c.SMTPURL == "" {
		return nil, nil
	}
	return mail.Open(c.SMTPURL, c.MailFrom)
}

// origins are the scheme and host that browsers see, when it is set.
func (c Config) origins() []string {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}

// zone is the office's zone; readConfig has checked that it exists.
func (c Config) zone() *time.Location {
	z, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return z
}

// print writes the settings at start, without secrets.
func (c Config) print(w io.Writer) {
	fmt.Fprintf(w, "addr=%s database=%s data=%s blobs=%s public=%s lang=%s timezone=%s country=%s smtp=%s clamav=%s\n",
		c.Addr, withoutPassword(c.database()), c.DataDir, withoutPassword(c.BlobURL), c.publicURL(), c.Lang, c.Timezone, c.Country, withoutPassword(c.SMTPURL), c.ClamAVAddr)
}

func (c Config) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(c.LogLevel)) != nil {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// withoutPassword hides the password of a URL.
func withoutPassword(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.User == nil {
		return s
	}
	return u.Redacted()
}
