package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// How the two servers are asked, by turns so that both meet the same machine.
const (
	besideRounds      = 3
	besideTime        = 4 * time.Second // of each server in each round
	besideConnections = 8
)

// asked is one request that is sent again and again, and the process that
// answers it.
type asked struct {
	name    string
	pid     int
	address string // host:port
	head    string // the whole request
	rates   []float64
	cpu     []float64 // milliseconds of processor time of the server for one answer
	size    int       // bytes of one body
}

// newAsked makes a GET request with further header lines.
func newAsked(b *testing.B, name string, pid int, address string, header ...string) *asked {
	b.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	lines := append([]string{"GET " + u.RequestURI() + " HTTP/1.1", "Host: " + u.Host}, header...)
	return &asked{name: name, pid: pid, address: u.Host, head: strings.Join(lines, "\r\n") + "\r\n\r\n"}
}

// round asks over all connections for a while.
func (a *asked) round(b *testing.B) {
	b.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	total, before, started := 0, processorTime(b, a.pid), time.Now()
	for range besideConnections {
		wg.Go(func() {
			n, size, err := a.ask(started.Add(besideTime))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				b.Errorf("%s: %v", a.name, err)
			}
			total, a.size = total+n, size
		})
	}
	wg.Wait()
	took := time.Since(started)
	if b.Failed() {
		b.FailNow()
	}
	a.rates = append(a.rates, float64(total)/took.Seconds())
	a.cpu = append(a.cpu, (processorTime(b, a.pid)-before).Seconds()*1000/float64(total))
}

// ask sends the request over one connection until the time is over.
func (a *asked) ask(end time.Time) (n, size int, err error) {
	conn, err := net.Dial("tcp", a.address)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for time.Now().Before(end) {
		if _, err := io.WriteString(conn, a.head); err != nil {
			return n, size, err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return n, size, err
		}
		read, err := io.Copy(io.Discard, answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			return n, size, fmt.Errorf("%s: %w", answer.Status, err)
		}
		n, size = n+1, int(read)
	}
	return n, size, nil
}

// processorTime is what a process has used, of all its threads.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	ticks := 0
	for _, f := range fields[11:13] { // user and system, in hundredths of a second
		n, err := strconv.Atoi(f)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

func middle(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }

// BenchmarkBeside asks KİS for its library and PocketBase for its list of
// records, by turns: 50 of one department by due day out of 420,000, signed
// in. It needs the large office of KIS_SCALE_DIR; without KIS_POCKETBASE, the
// path of PocketBase's example program, KİS is measured alone.
func BenchmarkBeside(b *testing.B) {
	dir := os.Getenv("KIS_SCALE_DIR")
	if dir == "" {
		b.Fatal("KIS_SCALE_DIR names no folder")
	}
	data := filepath.Join(dir, fmt.Sprint(scaleLarge))
	office := openOffice(b, data, "", scaleLarge)
	page := "/evidence?sort=due&department=" + office.department(b, "İTŞ")
	_ = office.app.Close()
	kis := start(b, data, "")
	cookie := kis.signInWith("nigar@kis.example", office.password)
	all := []*asked{newAsked(b, "kis", kis.cmd.Process.Pid, kis.url+page, "Cookie: "+cookie.Name+"="+cookie.Value)}
	if program := os.Getenv("KIS_POCKETBASE"); program != "" {
		p := startPocketBase(b, program, filepath.Join(dir, "pocketbase"))
		list := p.url + "/api/collections/evidence/records?sort=due&perPage=50&skipTotal=1&filter=" + url.QueryEscape(`department="İTŞ"`)
		all = append(all, newAsked(b, "pocketbase", p.cmd.Process.Pid, list, "Authorization: "+p.token),
			newAsked(b, "pocketbase-public", p.cmd.Process.Pid, list))
	}
	for _, a := range all { // what is read the first time is not what is measured
		if _, _, err := a.ask(time.Now().Add(time.Second)); err != nil {
			b.Fatal(a.name, err)
		}
	}
	for b.Loop() {
		for range besideRounds {
			for _, a := range all {
				a.round(b)
			}
		}
	}
	for _, a := range all {
		b.Logf("%s: %.0f requests/s, %.2f ms of processor time each, %d bytes", a.name, a.rates, a.cpu, a.size)
		b.ReportMetric(middle(a.rates), a.name+"-req/s")
		b.ReportMetric(middle(a.cpu), a.name+"-cpu-ms/req")
	}
	b.ReportMetric(0, "ns/op")
}
