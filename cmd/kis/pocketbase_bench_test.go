package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	besideEmail    = "nigar@kis.example"
	besidePassword = "trial-password-1"
	besideRecords  = 420_000
)

// pocketBase is its example program as a process of its own.
type pocketBase struct {
	b     testing.TB
	cmd   *exec.Cmd
	url   string
	token string // of a person, or while it is filled of the administrator
}

// startPocketBase starts the program over a folder, which it first fills with
// records of the shape of the library when it is empty.
func startPocketBase(b testing.TB, program, dir string) *pocketBase {
	b.Helper()
	p := &pocketBase{b: b}
	if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
		if out, err := exec.Command(program, "superuser", "upsert", besideEmail, besidePassword, "--dir", dir).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		p.serve(program, dir)
		p.signIn("_superusers")
		p.shape()
		p.stop()
		fillPocketBase(b, filepath.Join(dir, "data.db"))
	}
	p.serve(program, dir)
	b.Cleanup(p.stop)
	p.signIn("users")
	return p
}

func (p *pocketBase) serve(program, dir string) {
	p.b.Helper()
	const address = "127.0.0.1:8190"
	p.cmd, p.url = exec.Command(program, "serve", "--http", address, "--dir", dir), "http://"+address
	if err := p.cmd.Start(); err != nil {
		p.b.Fatal(err)
	}
	within(p.b, 20*time.Second, "PocketBase", func() bool {
		a, err := http.Get(p.url + "/api/health")
		if err != nil {
			return false
		}
		return a.Body.Close() == nil && a.StatusCode == http.StatusOK
	})
}

func (p *pocketBase) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// send posts or patches JSON and gives the answer.
func (p *pocketBase) send(method, path string, body any) (answer map[string]any) {
	p.b.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		p.b.Fatal(err)
	}
	r, err := http.NewRequest(method, p.url+path, bytes.NewReader(raw))
	if err != nil {
		p.b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", p.token)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		p.b.Fatal(err)
	}
	defer a.Body.Close()
	raw, err = io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		p.b.Fatalf("%s %s: %s %v %s", method, path, a.Status, err, raw)
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		p.b.Fatal(err)
	}
	return answer
}

func (p *pocketBase) signIn(collection string) {
	p.b.Helper()
	p.token = ""
	a := p.send(http.MethodPost, "/api/collections/"+collection+"/auth-with-password", map[string]string{"identity": besideEmail, "password": besidePassword})
	p.token, _ = a["token"].(string)
}

// shape makes a person and the collection: what a row of the library shows,
// with the index that the list needs.
func (p *pocketBase) shape() {
	p.b.Helper()
	var fields []map[string]any
	for _, name := range []string{"title", "code", "task", "process", "period", "department", "submitter", "due", "state", "class", "file_name", "reason"} {
		fields = append(fields, map[string]any{"name": name, "type": "text"})
	}
	fields = append(fields, map[string]any{"name": "version", "type": "number"}, map[string]any{"name": "file_size", "type": "number"},
		map[string]any{"name": "received", "type": "date"}, map[string]any{"name": "document", "type": "file", "maxSize": int64(2 << 30), "maxSelect": 1})
	p.send(http.MethodPost, "/api/collections", map[string]any{"name": "evidence", "type": "base", "listRule": "", "viewRule": "", "createRule": "",
		"fields": fields, "indexes": []string{"CREATE INDEX idx_evidence_department_due ON evidence (department, due)"}})
	p.send(http.MethodPost, "/api/collections/users/records", map[string]any{"email": besideEmail, "password": besidePassword,
		"passwordConfirm": besidePassword, "verified": true})
}

// fillPocketBase writes the records into the database of a stopped program.
func fillPocketBase(b testing.TB, path string) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`INSERT INTO evidence (id, title, code, task, process, period, department, submitter, due, state, class, version, received, file_name, file_size)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	departments := strings.Fields("İTŞ SSS İİƏŞ BƏŞ ÜŞ KİEMŞ ƏSŞ TSŞ DSŞ KTŞ")
	tasks := []string{"Məlumatların toplanması vasitələrinin layihələndirilməsi", "Statistik vahidlərin seçilməsi", "Sorğu vərəqələrinin çapı və göndərilməsi",
		"Məlumatların yoxlanılması və redaktəsi", "Yekun məlumatların hazırlanması", "Metaməlumatların yenilənməsi"}
	states, classes := []string{"accepted", "accepted", "accepted", "submitted", "returned"}, []string{"internal", "public", "confidential"}
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range besideRecords {
		year, code := 2022+i%5, fmt.Sprintf("%d.%d.%d", i%8+1, i%6+1, i%4+1)
		due := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, dice.IntN(365)).Format(time.DateOnly)
		if _, err := insert.Exec(fmt.Sprintf("r%014d", i), fmt.Sprintf("Hesabat %s, %s", code, tasks[i%6]), code, tasks[i%6],
			fmt.Sprintf("Statistik müşahidə № %d", i%400), fmt.Sprint(year), departments[i*7%10], fmt.Sprintf("Nümunə Əməkdaş %d", i%60), due,
			states[dice.IntN(5)], classes[i%3], due+" 08:00:00.000Z", fmt.Sprintf("hesabat-%d.pdf", i), 1000+dice.IntN(900_000)); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if _, err := db.Exec("ANALYZE"); err != nil {
		b.Fatal(err)
	}
}
