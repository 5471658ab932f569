package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/migrations"
)

// app is the program as a value: one database, one store of files and the
// services over them. Commands and tests open it, use it and close it.
type app struct {
	config Config
	db     *store.DB
	log    *slog.Logger
	services
}

// openApp opens the database and the files of the settings, brings the schema
// up to date and wires the services. clock may be nil.
func openApp(ctx context.Context, c Config, log *slog.Logger, clock func() time.Time) (*app, error) {
	var opts []store.Option
	if clock != nil {
		opts = append(opts, store.WithClock(clock))
	}
	db, err := store.Open(ctx, c.database(), opts...)
	if err != nil {
		return nil, err
	}
	a := &app{config: c, db: db, log: log}
	if err := a.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return a, nil
}

// prepare migrates, opens the files, wires the services and loads the
// reference data that every office starts from.
func (a *app) prepare(ctx context.Context) error {
	if _, err := a.db.Migrate(ctx, migrations.FS); err != nil {
		return err
	}
	dir, err := a.config.blobDir()
	if err != nil {
		return err
	}
	blobs, err := blob.Open(dir)
	if err != nil {
		return err
	}
	a.services = wire(a.db, blobs, a.config)
	a.notices.Log, a.notices.Queue.Log = a.log, a.log
	if err := a.reindex(ctx); err != nil {
		return err
	}
	return a.loadReference(actor.With(ctx, actor.Program("reference data")))
}

// reindex makes evidence and descriptions of an older program findable.
func (a *app) reindex(ctx context.Context) error {
	n, err := a.kis.ReindexEvidence(ctx)
	if err != nil {
		return err
	}
	m, err := a.kis.ReindexActivities(ctx)
	if err != nil {
		return err
	}
	if err := a.audit.MakeFigures(ctx); err != nil || n+m == 0 {
		return err
	}
	a.log.Info("indexed what an older program wrote", "submissions", n, "descriptions", m)
	return a.db.Analyze(ctx)
}

// Close closes the database.
func (a *app) Close() error { return a.db.Close() }

// serve answers requests on the address until ctx ends, then lets running
// requests finish. ready is called with the address once it listens.
func (a *app) serve(ctx context.Context, addr string, ready func(url string)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return &apperr.Error{Kind: apperr.Invalid, Key: "cli.serve.address", Args: apperr.Pairs("address", addr), Cause: err}
	}
	srv := &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	defer a.background(ctx)()
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	if ready != nil {
		ready("http://" + l.Addr().String())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := srv.Shutdown(quiet); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// background starts what runs behind the pages and gives what ends it: it
// stops, lets running jobs finish and waits for them.
func (a *app) background(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, f := range []func(context.Context){a.housekeeping, a.scanning, a.notices.Run, a.notices.Queue.Run} {
		running.Add(1)
		go func() { defer running.Done(); f(ctx) }()
	}
	return func() { cancel(); running.Wait() }
}

// housekeeping sweeps expired sessions, forgotten uploads and bytes that
// nothing refers to, and escalates late corrective actions, every hour.
func (a *app) housekeeping(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		a.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *app) sweep(ctx context.Context) {
	if _, err := a.sessions.Sweep(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("sweep sessions", "err", err)
	}
	system := actor.With(ctx, actor.Program("housekeeping"))
	if _, err := a.kis.SweepUploads(system); err != nil && ctx.Err() == nil {
		a.log.Warn("sweep uploads", "err", err)
	}
	if n, err := a.audit.Escalate(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("escalate late actions", "err", err)
	} else if n > 0 {
		a.log.Info("escalated late actions", "actions", n)
	}
	if files, bytes, err := a.kis.SweepBytes(system); err != nil && ctx.Err() == nil {
		a.log.Warn("sweep bytes", "err", err)
	} else if files > 0 {
		a.log.Info("swept bytes that nothing refers to", "files", files, "bytes", bytes)
	}
}

// scanning looks every half minute for files that wait for the virus scanner.
func (a *app) scanning(ctx context.Context) {
	if a.kis.Scanner == nil {
		return
	}
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		if _, err := a.kis.ScanWaiting(actor.With(ctx, actor.Program("virus scanner"))); err != nil && ctx.Err() == nil {
			a.log.Warn("scan waiting files", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
