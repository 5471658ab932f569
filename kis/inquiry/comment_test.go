package inquiry_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
)

// secret hands in confidential evidence of SSS as aytan.
func (o bureau) secret() inquiry.Object {
	o.t.Helper()
	n := o.NewEvidence("aytan", o.cycle.ID, "4.3.1")
	n.Class, n.Title = kis.ClassConfidential, "Məxfi cədvəl"
	sub, err := o.Submit(o.as("aytan"), n)
	must(o.t, "submit", err)
	return inquiry.Object{Kind: inquiry.OnSubmission, ID: sub.ID}
}

// say comments as a person.
func (o bureau) say(who string, on inquiry.Object, text string) inquiry.Comment {
	o.t.Helper()
	m, err := o.AddComment(o.as(who), on, inquiry.NewComment{Text: text})
	must(o.t, "comment", err)
	return m
}

func TestAConversationIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		on := inquiry.Object{Kind: inquiry.OnSubmission, ID: o.Hand("aytan", o.cycle.ID, "4.3.1").ID}
		_, place := o.told(0)
		o.say("nigar", on, "@Elçin Həsənov, bu cədvəl tamdırmı? @Heç Kim")
		m, err := o.AddComment(o.as("elchin"), on, inquiry.NewComment{Text: "Tamdır.", Mention: "Leyla Kərimova (KİEMŞ); günel abbasova"})
		must(t, "comment", err)
		v, err := o.Comments(o.as("aytan"), on)
		if err != nil || len(v.Comments) != 2 || v.Comments[0].AuthorName != "Nigar Əliyeva" || !slices.Equal(v.Comments[0].Mentioned, []string{"Elçin Həsənov"}) ||
			!slices.Equal(v.Comments[1].Mentioned, []string{"Günel Abbasova", "Leyla Kərimova"}) || v.Comments[1].CanEdit || v.Href != "/evidence/"+on.ID {
			t.Fatalf("conversation: %v %+v", err, v)
		}
		told, _ := o.told(place)
		for who, want := range map[string][]string{
			"aytan":  {"inquiry.notice.comment", "inquiry.notice.comment"}, // handed it in
			"elchin": {"inquiry.notice.mention"},
			"leyla":  {"inquiry.notice.mention"},
			"gunel":  {"inquiry.notice.mention"},
			"nigar":  {"inquiry.notice.comment"}, // began it
		} {
			if !slices.Equal(told[who], want) {
				t.Errorf("%s is told %v, want %v", who, told[who], want)
			}
		}
		if len(told) != 5 {
			t.Errorf("others are told too: %v", told)
		}
		if m.Object() != on {
			t.Errorf("object: %+v", m.Object())
		}
	})
}

func TestAConfidentialConversationIsForThoseWhoMaySeeTheEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		on := o.secret()
		_, place := o.told(0)
		o.say("aytan", on, "Zirvəşərh")
		for who, want := range map[string]bool{"aytan": true, "elchin": true, "nigar": true, "leyla": true, "tural": false, "gunel": false, "samir": false, "rafael": false, "sevda": false, "rauf": false} {
			v, err := o.Comments(o.as(who), on)
			if (err == nil) != want || len(v.Comments) > 0 != want {
				t.Errorf("%s: %v %d", who, err, len(v.Comments))
			}
			if err != nil && !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
			if _, err := o.AddComment(o.as(who), on, inquiry.NewComment{Text: "Mən də"}); (err == nil) != want {
				t.Errorf("%s comments: %v", who, err)
			}
			for _, x := range v.People {
				if x.Name == "Tural İsmayılov" || x.Name == "Rafael İbrahimov" {
					t.Errorf("%s is offered %s", who, x.Name)
				}
			}
		}
		// Whoever may not see it cannot be named, by text, by name or by id, and is named in the answer.
		for name, n := range map[string]inquiry.NewComment{
			"text": {Text: "@Tural İsmayılov baxsın"}, "folded": {Text: "@tural ismayilov baxsın"}, "name": {Text: "Baxın", Mention: "Tural İsmayılov (İTŞ)"}, "id": {Text: "Baxın", MentionIDs: []string{o.ID("tural")}},
		} {
			_, err := o.AddComment(o.as("aytan"), on, n)
			fails(t, name, err, apperr.Invalid, "inquiry.field.may_not_see")
			if e := apperr.As(err); err == nil || len(e.Fields) != 1 || len(e.Fields[0].Args) != 1 || e.Fields[0].Args[0].Value != "Tural İsmayılov" {
				t.Errorf("%s does not name the person: %v", name, err)
			}
		}
		told, _ := o.told(place)
		for who := range told {
			if who != "aytan" && who != "elchin" && who != "nigar" && who != "leyla" {
				t.Errorf("%s is told: %v", who, told[who])
			}
		}
		var bodies []string
		must(t, "trail", db.Read().NewRaw(`SELECT body FROM trail WHERE kind = 'comment'`).Scan(t.Context(), &bodies))
		if len(bodies) != 5 || strings.Contains(strings.Join(bodies, "\n"), "Zirvəşərh") {
			t.Errorf("the trail: %v", bodies)
		}
	})
}

func TestCommentsOnEveryKindOfObject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		r, d := o.ask(nil), o.note()
		for _, c := range []struct {
			on        inquiry.Object
			by, not   string // somebody who may not see it; "" where everybody may
			href      string
			alsoTells string
		}{
			{inquiry.Object{Kind: inquiry.OnRequest, ID: r.ID}, "aytan", "tural", "/requests/" + r.ID, "nigar"},
			{inquiry.Object{Kind: inquiry.OnDiscrepancy, ID: d.ID}, "elchin", "tural", "/discrepancies/" + d.ID, "aytan"},
			{inquiry.Object{Kind: inquiry.OnTask, ID: o.cycle.ID + ":4.3.1"}, "tural", "", "/cycles/" + o.cycle.ID + "/tasks/4.3.1", ""},
		} {
			_, place := o.told(0)
			o.say(c.by, c.on, "Baxın, xahiş edirəm.")
			v, err := o.Comments(o.as(c.by), c.on)
			if err != nil || len(v.Comments) != 1 || v.Href != c.href || v.Label == "" || len(v.People) == 0 {
				t.Errorf("%+v: %v %+v", c.on, err, v)
			}
			if c.not != "" {
				_, err := o.Comments(o.as(c.not), c.on)
				fails(t, "hidden "+c.on.Kind, err, apperr.NotFound, "")
			}
			told, _ := o.told(place)
			if c.alsoTells != "" && !slices.Contains(told[c.alsoTells], "inquiry.notice.comment") {
				t.Errorf("%s: told %v", c.on.Kind, told)
			}
		}
		for _, on := range []inquiry.Object{{}, {Kind: "user", ID: o.ID("aytan")}, {Kind: inquiry.OnTask, ID: o.cycle.ID + ":9.9.9"}, {Kind: inquiry.OnTask, ID: o.cycle.ID + ":4.3"},
			{Kind: inquiry.OnTask, ID: "x:4.3.1"}, {Kind: inquiry.OnTask, ID: store.NewID() + ":4.3.1"}, {Kind: inquiry.OnRequest, ID: d.ID}, {Kind: inquiry.OnSubmission, ID: "'"}} {
			_, err := o.Comments(o.as("nigar"), on)
			fails(t, on.Kind+" "+on.ID, err, apperr.NotFound, "")
			_, err = o.AddComment(o.as("nigar"), on, inquiry.NewComment{Text: "Mətn"})
			fails(t, "add "+on.Kind+" "+on.ID, err, apperr.NotFound, "")
		}
	})
}

func TestACommentIsChangedInItsTermAndDeletedWithAMark(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		on := inquiry.Object{Kind: inquiry.OnSubmission, ID: o.Hand("aytan", o.cycle.ID, "4.3.1").ID}
		m := o.say("aytan", on, "Birinci mətn")
		aytan := o.as("aytan")
		_, err := o.EditComment(o.as("elchin"), m.ID, 0, inquiry.NewComment{Text: "Başqası"})
		fails(t, "another's", err, apperr.Forbidden, "inquiry.comment.not_yours")
		_, err = o.DeleteComment(o.as("nigar"), m.ID)
		fails(t, "delete another's", err, apperr.Forbidden, "inquiry.comment.not_yours")
		_, place := o.told(0)
		_, err = o.EditComment(aytan, m.ID, 0, inquiry.NewComment{Text: "İkinci mətn, @Elçin Həsənov"})
		must(t, "edit", err)
		if told, _ := o.told(place); !slices.Equal(told["elchin"], []string{"inquiry.notice.mention"}) || len(told) != 1 {
			t.Errorf("told of the edit: %v", told)
		}
		_, err = o.EditComment(aytan, m.ID, 0, inquiry.NewComment{Text: "Üçüncü"})
		fails(t, "edit of what was changed", err, apperr.Conflict, "inquiry.comment.changed")
		v, err := o.Comments(o.as("nigar"), on)
		if err != nil || v.Comments[0].Text != "İkinci mətn, @Elçin Həsənov" || len(v.Comments[0].Before) != 1 || v.Comments[0].Before[0].Text != "Birinci mətn" || v.Comments[0].EditedAt.IsZero() {
			t.Fatalf("edited: %v %+v", err, v.Comments)
		}
		storetest.ClockOf(db).Add(16 * time.Minute)
		_, err = o.EditComment(aytan, m.ID, 1, inquiry.NewComment{Text: "Gec"})
		fails(t, "late", err, apperr.Conflict, "inquiry.comment.late")
		_, err = o.DeleteComment(aytan, m.ID)
		must(t, "delete", err)
		v, err = o.Comments(o.as("nigar"), on)
		if err != nil || len(v.Comments) != 1 || v.Comments[0].Text != "" || v.Comments[0].DeletedAt.IsZero() || len(v.Comments[0].Before) != 0 || v.Comments[0].AuthorName != "Aytən Məmmədova" {
			t.Fatalf("deleted: %v %+v", err, v.Comments)
		}
		_, err = o.DeleteComment(aytan, m.ID)
		fails(t, "twice", err, apperr.Conflict, "inquiry.comment.deleted_already")
		_, err = o.EditComment(aytan, m.ID, 2, inquiry.NewComment{Text: "Geri"})
		fails(t, "edit of what is gone", err, apperr.Conflict, "inquiry.comment.deleted_already")
	})
}

func TestTwoChangesOfOneCommentAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		on := inquiry.Object{Kind: inquiry.OnTask, ID: o.cycle.ID + ":4.3.1"}
		m := o.say("aytan", on, "Mətn")
		ctx := o.as("aytan")
		errs := make([]error, 2)
		var all sync.WaitGroup
		for i, text := range []string{"Biri", "O biri"} {
			all.Add(1)
			go func() {
				defer all.Done()
				_, errs[i] = o.EditComment(ctx, m.ID, 0, inquiry.NewComment{Text: text})
			}()
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or none: %v %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				fails(t, "the other", err, apperr.Conflict, "")
			}
		}
	})
}

func TestBadInputOfAComment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		on := inquiry.Object{Kind: inquiry.OnTask, ID: o.cycle.ID + ":4.3.1"}
		trail := rows(t, db, "trail")
		for name, c := range map[string]struct {
			n   inquiry.NewComment
			key string
		}{
			"empty":      {inquiry.NewComment{Text: " \u200b"}, "text"},
			"NUL":        {inquiry.NewComment{Text: "a\x00"}, "error.field.characters"},
			"1 MiB":      {inquiry.NewComment{Text: strings.Repeat("@", 1<<20)}, "error.field.too_long"},
			"nobody":     {inquiry.NewComment{Text: "a", Mention: "Filan Filankəs"}, "inquiry.field.unknown"},
			"no id":      {inquiry.NewComment{Text: "a", MentionIDs: []string{"'"}}, "inquiry.field.unknown"},
			"gone":       {inquiry.NewComment{Text: "a", MentionIDs: []string{store.NewID()}}, "inquiry.field.unknown"},
			"no account": {inquiry.NewComment{Text: "a", MentionIDs: []string{o.ID("rauf")}}, "inquiry.field.may_not_see"},
		} {
			_, err := o.AddComment(o.as("aytan"), on, c.n)
			fails(t, name, err, apperr.Invalid, c.key)
		}
		if rows(t, db, "comments") != 0 || rows(t, db, "trail") != trail {
			t.Error("something refused left a trace")
		}
		if _, err := o.AddComment(o.as("rauf"), on, inquiry.NewComment{Text: "a"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the administrator comments: %v", err)
		}
		if _, err := o.AddComment(o.System(), on, inquiry.NewComment{Text: "a"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("the program comments: %v", err)
		}
	})
}
