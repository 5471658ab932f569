// Package notice owns what people are told: notices in the program, mail at
// once, the daily digest, reminders, and what everyone chose to get.
//
// It may import kis, outbox and mail; nothing of the other contexts: whom an
// event concerns they answer themselves (Source). Invariants: what happened is
// read from the trail, each entry once, in the transaction that moves the
// reading mark, so that a crash neither loses nor repeats a notice; a notice
// holds codes and is put into words when it is read; it is only made for
// people who may see what it speaks of; there is one digest for a person and
// day, whatever crashes.
package notice

import (
	"context"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/mail"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// Source makes announcements of the entries of its context and none of
// others. ctx is that of the program; db is the transaction to read through.
type Source interface {
	Announcements(ctx context.Context, db bun.IDB, e office.Event) ([]office.Announcement, error)
}

// WorkSource gives what waits for the actor of ctx.
type WorkSource interface {
	Work(ctx context.Context) ([]kis.WorkItem, error)
}

// Service makes, keeps and sends notices.
type Service struct {
	KIS     *kis.Service
	Queue   *outbox.Queue
	Mail    mail.Sender // nil: the office has no mail server, and no mail waits for one
	BaseURL string      // of links in mail, without a slash at the end
	Log     *slog.Logger

	// Counts gives how much waits for the actor, by address of the menu; nil
	// counts what the sources of work list.
	Counts func(ctx context.Context) (map[string]int, error)

	sources []Source
	work    []WorkSource
}

// New makes the service and lets the queue know what it does. sender may be nil.
func New(k *kis.Service, q *outbox.Queue, sender mail.Sender, baseURL string) *Service {
	s := &Service{KIS: k, Queue: q, Mail: sender, BaseURL: baseURL, Log: slog.New(slog.DiscardHandler)}
	q.Handle(jobDay, s.doDay)
	if sender != nil {
		q.Handle(jobNow, s.doNow)
		q.Handle(jobDigest, s.doDigest)
	}
	return s
}

// AddSources adds who announces events.
func (s *Service) AddSources(list ...Source) { s.sources = append(s.sources, list...) }

// AddWork adds who knows what waits for people.
func (s *Service) AddWork(list ...WorkSource) { s.work = append(s.work, list...) }

// The kinds of jobs.
const (
	jobDay    = "notice.day"    // a person's working day begins: reminders, digest
	jobNow    = "notice.now"    // mail about what just happened
	jobDigest = "notice.digest" // mail of the day
)

// How long things are kept.
const (
	keepJobs = 14 * 24 * time.Hour  // those done
	keepRead = 365 * 24 * time.Hour // notices that were read
	news     = 14 * 24 * time.Hour  // what happened longer ago is no news: after a restore, say
)

// every is how often the trail is looked at.
const every = time.Second

// Run turns what happens into notices and begins everybody's day until ctx
// ends. Any number of nodes may run it. The queue has its own Run.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var swept time.Time
	for {
		if err := s.CatchUp(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("notices", "err", err)
		}
		if err := s.BeginDay(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("daily notices", "err", err)
		}
		if now := s.KIS.DB.Now(); now.Sub(swept) >= time.Hour {
			swept = now
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.Log.Error("sweep notices", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep removes jobs long done and notices read long ago.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.KIS.DB.Now()
	if _, err := s.Queue.Sweep(ctx, now.Add(-keepJobs)); err != nil {
		return err
	}
	return s.sweepRead(ctx, now.Add(-keepRead))
}
