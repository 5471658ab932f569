package notice_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/mail/mailtest"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/pgtest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/migrations"
)

// What a node under test is told by its environment.
const (
	envDatabase = "KIS_TEST_NODE_DATABASE"
	envMail     = "KIS_TEST_NODE_MAIL"
	envPerson   = "KIS_TEST_NODE_PERSON"
)

// TestMain lets the test binary be a node of its own: a process that turns
// the trail into notices and sends mail until it is killed.
func TestMain(m *testing.M) {
	if url := os.Getenv(envDatabase); url != "" {
		if err := node(url, os.Getenv(envMail), os.Getenv(envPerson)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func node(url, address, person string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kis-node-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	blobs, err := blob.Open(dir)
	if err != nil {
		return err
	}
	sender, err := mail.Open("smtp://"+address, "kis@stat.example")
	if err != nil {
		return err
	}
	q := outbox.NewQueue(db, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	q.Lease, q.Poll = 3*time.Second, 50*time.Millisecond
	s := notice.New(kis.New(db, blobs, nil, ""), q, sender, base)
	s.AddSources(things{person})
	go s.Run(ctx)
	fmt.Println("ready")
	q.Run(ctx) // until it is killed
	return nil
}

// start begins a node and returns when it is up.
func start(t *testing.T, url, address, person string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), envDatabase+"="+url, envMail+"="+address, envPerson+"="+person)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("a node does not start: %v", err)
	}
	return cmd
}

// TestKilledNodesLoseAndRepeatNothing lets 200 things happen, some mailed by a
// job each and the rest still to be read from the trail, and kills the process
// that works at them with SIGKILL, twice, at the moment in which the mail
// server has taken a letter and the process does not know it yet.
func TestKilledNodesLoseAndRepeatNothing(t *testing.T) {
	urls := map[string]string{"sqlite": "sqlite://" + filepath.Join(t.TempDir(), "kis.db")}
	migrate := func(url string) error {
		db, err := store.Open(context.Background(), url)
		if err != nil {
			return err
		}
		_, err = db.Migrate(context.Background(), migrations.FS)
		_ = db.Close()
		return err
	}
	if err := migrate(urls["sqlite"]); err != nil {
		t.Fatal(err)
	}
	if url, ok := pgtest.NewFromTemplate(t, "kis", migrate); ok {
		urls["postgres"] = url
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) { killed(t, url) })
	}
}

func killed(t *testing.T, url string) {
	const things200, byJob = 200, 175 // the rest fits into one letter
	var mu sync.Mutex
	var victim *exec.Cmd
	kills := map[int]bool{40: true, 90: true}
	ended := make(chan *exec.Cmd, 4)
	post := mailtest.New(t, mailtest.OnMail(func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if kills[n] && victim != nil {
			_ = victim.Process.Kill() // before the server says that it has the letter
			ended <- victim
			victim = nil
		}
	}))
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o := kistest.NewOffice(t, db)
	s := service(t, o.Service, post)
	s.AddSources(things{o.ID("aytan")})
	if err := s.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range things200 {
		happen(t, db, fmt.Sprintf("T-%03d", i))
		if i < byJob { // one job and letter each; nobody works here
			if err := s.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	begin := func() {
		cmd := start(t, url, post.Addr, o.ID("aytan"))
		mu.Lock()
		victim = cmd
		mu.Unlock()
	}
	begin()
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		if victim != nil {
			_ = victim.Process.Kill()
			_ = victim.Wait()
		}
	}()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		select {
		case dead := <-ended:
			_ = dead.Wait()
			begin()
		default:
		}
		counts, err := s.Queue.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var read int
		if err := db.Read().NewRaw(`SELECT COUNT(*) FROM notices`).Scan(t.Context(), &read); err != nil {
			t.Fatal(err)
		}
		if read == things200 && counts[outbox.Ready]+counts[outbox.Running] == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not done: %v, %d notices", counts, read)
		}
	}
	letters := map[string]string{} // by Message-ID
	twice := 0
	for _, m := range post.Mails() {
		if was, again := letters[m.ID()]; again {
			twice++
			if was != m.Raw {
				t.Errorf("%s was sent again as another letter", m.ID())
			}
		}
		letters[m.ID()] = m.Raw
	}
	if twice < 2 {
		t.Errorf("only %d letters were sent twice: the kills came too late to prove anything", twice)
	}
	told := map[string]int{} // number of different letters that tell of a thing
	seen := map[string]bool{}
	for _, m := range post.Mails() {
		if seen[m.ID()] {
			continue
		}
		seen[m.ID()] = true
		for i := range things200 {
			if label := fmt.Sprintf(" T-%03d ", i); strings.Contains(m.Text, label) {
				told[label]++
			}
		}
	}
	for i := range things200 {
		if label := fmt.Sprintf(" T-%03d ", i); told[label] != 1 {
			t.Errorf("%q is told in %d letters", label, told[label])
		}
	}
	if len(told) != things200 {
		t.Errorf("%d things told", len(told))
	}
}
