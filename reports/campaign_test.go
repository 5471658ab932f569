package reports

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// sheetCampaign is a campaign of the services of two bodies, scored with words
// that a spreadsheet would run; some are not electronised and have no points.
func (o bureau) sheetCampaign(t *testing.T) (s *campaign.Service, id string) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s = campaign.New(o.Service, o.svc.eservice)
	o.svc.Campaigns = s
	c, err := s.Create(o.Be("nigar"), campaign.Plan{Year: 2026, Title: "2026", Basis: "Qayda", Scheme: "2025", From: "2026-09-01", To: "2026-11-30", Agencies: []string{"Q01", "Q02"}})
	ok(err)
	_, err = s.Assign(o.Be("nigar"), c.ID, "", o.ID("orxan"))
	ok(err)
	ok(s.Start(o.Be("nigar"), c.ID))
	scheme, err := o.svc.eservice.SchemeByCode(o.System(), "2025")
	ok(err)
	var ids []string
	ok(o.DB.Read().NewRaw("SELECT id FROM assessments WHERE campaign_id = ? ORDER BY id", c.ID).Scan(o.System(), &ids))
	for i, result := range ids {
		in := campaign.Score{Level: "none"}
		switch i % 4 {
		case 1, 2:
			in = campaign.Score{Level: "full", Automation: "partial", Shortcomings: []campaign.Shortcoming{{Text: "@Portal\nyoxdur", Proposal: "Qoşulsun"}}}
			for n, m := range scheme.Parameters {
				in.Points = append(in.Points, eservice.Point{Parameter: m.Code, Milli: int64(n%8)*1000 + 125, NA: n == 3, Reason: []string{"=1+1", "-2 bal, \"dırnaq\"", "sətir\nsətir", "'tək"}[n%4]})
				if n == 3 {
					in.Points[n].Milli = 0
				}
			}
		case 3:
			continue // not looked at yet
		}
		_, err := s.Score(o.Be("orxan"), result, in)
		ok(err)
	}
	return s, c.ID
}

// TestTheSheetOfACampaignComesBackExactly: written as XLSX and as CSV and read
// again it changes nothing; edited it gives the figures that were written.
func TestTheSheetOfACampaignComesBackExactly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		s, id := o.sheetCampaign(t)
		write := func(format string) []byte {
			t.Helper()
			var b bytes.Buffer
			if err := o.svc.CampaignSheet(o.Be("orxan"), &b, format, id); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		load := func(ctx context.Context, raw []byte) (campaign.ImportResult, error) {
			return s.Import(ctx, campaign.ImportRequest{CampaignID: id, File: bytes.NewReader(raw), Size: int64(len(raw)), Name: "f"})
		}
		for _, format := range []string{XLSX, CSV} {
			res, err := load(o.Be("orxan"), write(format))
			if err != nil || res.Scored != 0 || res.Same == 0 || res.Empty == 0 || res.Same+res.Empty != res.Rows {
				t.Errorf("%s, the same again: %+v %v", format, res, err)
			}
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(write(CSV), []byte(BOM)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := func(name string) int { return slices.Index(rows[0], name) }
		edited := 0
		for _, r := range rows[1:] {
			if r[at("electronisation_level")] == "full" {
				r[at("security_result")], r[at("score")], r[at("grade")], r[at("stars")] = "9.5", "", "", ""
				edited++
			}
		}
		var sheet bytes.Buffer
		if err := csv.NewWriter(&sheet).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if res, err := load(o.Be("orxan"), sheet.Bytes()); err != nil || res.Scored != edited || edited == 0 {
			t.Fatalf("%d edited: %+v %v", edited, res, err)
		}
		after, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(write(CSV), []byte(BOM)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range after[1:] {
			want := slices.Clone(rows[i+1])
			if r[at("electronisation_level")] == "full" {
				if r[at("security_result")] != "9.500" || r[at("score")] == "" || r[at("stars")] != strings.TrimPrefix(r[at("grade")], "star") {
					t.Errorf("row %d: %q", i+2, r)
				}
				for _, c := range []string{"security_result", "score", "grade", "stars"} {
					want[at(c)] = r[at(c)]
				}
			}
			if !slices.Equal(r, want) {
				t.Errorf("row %d reads %q, was %q", i+2, r, want)
			}
		}
	})
}
