package campaign

import (
	"io"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/policies"
)

// visit has a see a body on site, with a file of that name.
func (d *desk) visit(c Campaign, code, name string) Visit {
	d.t.Helper()
	a := d.as("a", policies.Assessor)
	up, err := d.s.KIS.StageUpload(a, name, strings.NewReader("Protokol: "+code))
	d.ok(err)
	v, err := d.s.RecordVisit(a, Visit{CampaignID: c.ID, AgencyID: d.agency(code), Kind: SiteVisit, Day: "2026-11-02", Place: "Xidmət mərkəzi", Note: "Sistem nümayiş etdirildi."}, []string{up.ID})
	d.ok(err)
	return v
}

// TestAVisitKeepsItsEvidenceForThoseWhoSeeTheBody: minutes of a visit are kept
// with their bytes, opened by the office at once, by the body once its opinion
// was sent, by no other body.
func TestAVisitKeepsItsEvidenceForThoseWhoSeeTheBody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db, 2, 1)
		c := d.running()
		v := d.visit(c, "B1", "protokol.txt")
		if len(v.Files) != 1 || v.Files[0].Name != "protokol.txt" {
			t.Fatalf("files: %+v", v.Files)
		}
		file := v.Files[0].ID
		body, err := d.s.BodyView(d.manager, c.ID, d.agency("B1"))
		d.ok(err)
		if len(body.Visits) != 1 || len(body.Visits[0].Files) != 1 || body.Visits[0].Files[0].ID != file {
			t.Errorf("the page of the body: %+v", body.Visits)
		}
		f, err := d.s.VisitFile(d.manager, c.ID, d.agency("B1"), file)
		d.ok(err)
		r, err := d.s.KIS.OpenFile(d.manager, f)
		d.ok(err)
		defer r.Close()
		if text, err := io.ReadAll(r); err != nil || string(text) != "Protokol: B1" {
			t.Errorf("%q %v", text, err)
		}
		own, other := d.officer("B1"), d.officer("B2")
		hidden := func(err error) {
			t.Helper()
			if !apperr.Is(err, apperr.NotFound) {
				t.Errorf("seen: %v", err)
			}
		}
		_, err = d.s.VisitFile(own, c.ID, d.agency("B1"), file) // the opinion is not sent yet
		hidden(err)
		d.scoreAll(c, 9)
		_, err = d.s.DrawSample(d.manager, c.ID)
		d.ok(err)
		var drawn []string
		d.ok(db.Read().NewRaw("SELECT id FROM assessments WHERE sampled").Scan(d.ctx, &drawn))
		for _, id := range drawn {
			d.ok(d.s.ReadAgain(d.as("b", policies.Assessor), id, d.points(9)))
		}
		d.ok(d.s.Conclude(d.manager, c.ID))
		for _, code := range []string{"B1", "B2"} {
			d.ok(d.s.WriteOpinion(d.as("a", policies.Assessor), c.ID, d.agency(code), "Xidmətlər əsasən elektrondur.", "Təklif yoxdur."))
		}
		_, err = d.s.SendOpinions(d.manager, c.ID)
		d.ok(err)
		_, err = d.s.VisitFile(own, c.ID, d.agency("B1"), file)
		d.ok(err)
		_, err = d.s.VisitFile(other, c.ID, d.agency("B1"), file)
		hidden(err)
		_, err = d.s.VisitFile(other, c.ID, d.agency("B2"), file) // its own body, another's file
		hidden(err)
		_, err = d.s.VisitFile(d.manager, c.ID, d.agency("B2"), file)
		hidden(err)
		if n, err := d.s.KIS.VerifyFiles(d.ctx, func(f store.Fault) { t.Errorf("%s %s", f.Key, f.Where) }); err != nil || n != 1 {
			t.Errorf("%d files verified, %v", n, err)
		}
		d.verified(0)
	})
}

func TestAVisitThatCannotBeIsRefused(t *testing.T) {
	d := newDesk(t, storetest.Open(t), 1, 1)
	c := d.running()
	a := d.as("a", policies.Assessor)
	up, err := d.s.KIS.StageUpload(d.as("b", policies.Assessor), "b.txt", strings.NewReader("b"))
	d.ok(err)
	for name, bad := range map[string]struct {
		key    string
		change func(v *Visit) []string
	}{
		"on site without evidence": {"campaign.error.visit_evidence", func(v *Visit) []string { v.Kind = SiteVisit; return nil }},
		"a file of somebody else":  {"kis.upload.gone", func(*Visit) []string { return []string{up.ID} }},
		"a day to come":            {"campaign.error.day_future", func(v *Visit) []string { v.Day = "2026-12-01"; return nil }},
		"before the campaign":      {"campaign.error.visit_before", func(v *Visit) []string { v.Day = "2026-08-31"; return nil }},
		"no day":                   {"error.field.required", func(v *Visit) []string { v.Day = ""; return nil }},
		"no address":               {"error.field.url", func(v *Visit) []string { v.Place = "javascript:alert(1)"; return nil }},
		"another kind":             {"error.field.choice", func(v *Visit) []string { v.Kind = "call"; return nil }},
		"too many files":           {"error.upload.too_many", func(*Visit) []string { return make([]string, 100) }},
	} {
		t.Run(name, func(t *testing.T) {
			v := Visit{CampaignID: c.ID, AgencyID: d.agency("B1"), Kind: WebReview, Day: "2026-11-02", Place: "https://q.example", Note: "Baxıldı."}
			uploads := bad.change(&v)
			_, err := d.s.RecordVisit(a, v, uploads)
			d.refused(err, apperr.Invalid, bad.key)
			if n := d.one("SELECT CAST(COUNT(*) AS TEXT) FROM campaign_visits"); n != "0" {
				t.Errorf("%s visits were kept", n)
			}
		})
	}
}
