package reference

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// number reads a whole number cell.
func number(t *testing.T, row Row, column string) int {
	t.Helper()
	n, err := strconv.Atoi(row[column])
	if err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	return n
}

func TestTotalsReconcile(t *testing.T) {
	years := set(t, AssessmentTotals, "year")
	for year, row := range years {
		grades := number(t, row, "unsatisfactory") + number(t, row, "satisfactory") + number(t, row, "good") + number(t, row, "excellent")
		if grades != number(t, row, "electronised") {
			t.Errorf("%s: %d grades for %s electronised services", year, grades, row["electronised"])
		}
		if number(t, row, "electronised")+number(t, row, "not_electronised") != number(t, row, "services") {
			t.Errorf("%s: services do not add up", year)
		}
	}
	if years["2015"]["agencies"] != "39" || years["2015"]["excellent"] != "128" || len(years) != 3 {
		t.Errorf("years: %v", years)
	}
	schemes := set(t, RatingSchemes, "code")
	breaks := set(t, AssessmentBreaks, "year")
	if _, has := breaks["2014"]; !has {
		t.Error("the series breaks in 2014")
	}
	for year, row := range breaks {
		if row["scheme_before"] == row["scheme_after"] || schemes[row["scheme_before"]] == nil || schemes[row["scheme_after"]] == nil {
			t.Errorf("%s: %v", year, row)
		}
	}
}

// TestBandsCoverTheScale: the bands of a scheme begin at zero and rise to below its maximum, so every score has one band.
func TestBandsCoverTheScale(t *testing.T) {
	schemes := set(t, RatingSchemes, "code")
	set(t, RatingBands, "scheme", "code")
	lows := map[string][]int{}
	for _, row := range load(t, RatingBands) {
		if schemes[row["scheme"]] == nil {
			t.Fatalf("no scheme %s", row["scheme"])
		}
		if row.Bool("confirmed") != schemes[row["scheme"]].Bool("confirmed") {
			t.Errorf("%s %s: band and scheme differ in being confirmed", row["scheme"], row["code"])
		}
		lows[row["scheme"]] = append(lows[row["scheme"]], number(t, row, "min"))
		if number(t, row, "order") != len(lows[row["scheme"]]) {
			t.Errorf("%s %s: order %s", row["scheme"], row["code"], row["order"])
		}
	}
	for code, scheme := range schemes {
		l := lows[code]
		if len(l) < 2 || l[0] != 0 || !slices.IsSorted(l) || len(slices.Compact(slices.Clone(l))) != len(l) || l[len(l)-1] >= number(t, scheme, "max_score") {
			t.Errorf("%s: bands %v", code, l)
		}
	}
	if !slices.Equal(lows["2013"], []int{0, 50, 70, 90}) || len(lows["2025"]) != 5 || len(lows["maturity-2025"]) != 4 {
		t.Errorf("bands: %v", lows)
	}
	for code, confirmed := range map[string]string{"2013": "true", "2014": "false", "2016": "false", "2025": "false", "maturity-2025": "false"} {
		if schemes[code]["confirmed"] != confirmed {
			t.Errorf("%s: confirmed %q", code, schemes[code]["confirmed"])
		}
	}
}

// TestSchemesFollowOneAnother: the assessment of e-services has one scheme on every day since the first.
func TestSchemesFollowOneAnother(t *testing.T) {
	end := ""
	for _, row := range load(t, RatingSchemes) {
		if row["scale"] == "levels" {
			continue
		}
		from, err := time.Parse(time.DateOnly, row["valid_from"])
		if err != nil {
			t.Fatal(err)
		}
		if end != "" && from.AddDate(0, 0, -1).Format(time.DateOnly) != end {
			t.Errorf("%s begins %s, the one before ends %s", row["code"], row["valid_from"], end)
		}
		end = row["valid_to"]
	}
	if end != "" {
		t.Errorf("the last scheme ends %s", end)
	}
}

func TestCriteriaBelongToSchemes(t *testing.T) {
	schemes := set(t, RatingSchemes, "code")
	set(t, RatingCriteria, "scheme", "kind", "code")
	count := map[string]int{}
	for _, row := range load(t, RatingCriteria) {
		if schemes[row["scheme"]] == nil {
			t.Errorf("no scheme %s", row["scheme"])
		}
		count[row["scheme"]+" "+row["kind"]]++
	}
	if count["2014 criterion"] != 3 || count["2025 criterion"] != 4 || count["2025 stage"] != 3 {
		t.Errorf("criteria: %v", count)
	}
}

func TestSampleAssessmentsAreConsistent(t *testing.T) {
	services := set(t, AssessmentsSample, "service_code")
	schemes := set(t, RatingSchemes, "code")
	levels := set(t, ElectronisationLevels, "code")
	names := map[string]string{}
	if len(services) < 40 || len(services) > 60 {
		t.Errorf("%d services", len(services))
	}
	for code, row := range services {
		if !strings.HasPrefix(code, row["agency"]+"-") {
			t.Errorf("%s is not of %s", code, row["agency"])
		}
		name := row["agency_name_az"] + "/" + row["agency_name_en"]
		if before, seen := names[row["agency"]]; seen && before != name {
			t.Errorf("%s is called %s and %s", row["agency"], before, name)
		}
		names[row["agency"]] = name
		if !strings.HasPrefix(row["agency_name_az"], "Qurum ") {
			t.Errorf("%s: %s is not anonymous", code, row["agency_name_az"])
		}
		if row["year"] != "2025" || schemes[row["scheme"]] == nil {
			t.Errorf("%s: year %s scheme %s", code, row["year"], row["scheme"])
		}
		if level := levels[row["electronisation_level"]]; level == nil || level["electronised"] != row["electronised"] {
			t.Errorf("%s: level %s, electronised %s", code, row["electronisation_level"], row["electronised"])
		}
		// Services that are not electronised get no grade; the others a score of 0 to 100.
		if row.Bool("electronised") != (row["score"] != "") {
			t.Errorf("%s: electronised %s, score %q", code, row["electronised"], row["score"])
		}
		if row["score"] == "" {
			continue
		}
		score, ok := new(big.Rat).SetString(row["score"])
		if !ok || score.Sign() < 0 || score.Cmp(big.NewRat(100, 1)) > 0 {
			t.Errorf("%s: score %q", code, row["score"])
		}
	}
	if len(names) != 6 {
		t.Errorf("agencies: %v", names)
	}
}

// TestRegisterItems: 2.3.1-2.3.24 and 2.5.1-2.5.3 are complete, and lists of values belong to items that are chosen.
func TestRegisterItems(t *testing.T) {
	fields := set(t, RegisterFields, "clause")
	whole := map[string]bool{}
	for clause := range fields {
		whole[strings.TrimRight(clause, "abcdef")] = true
	}
	for _, part := range []struct {
		prefix string
		n      int
	}{{"2.3.", 24}, {"2.5.", 3}} {
		for n := 1; n <= part.n; n++ {
			if !whole[part.prefix+strconv.Itoa(n)] {
				t.Errorf("no item %s%d", part.prefix, n)
			}
		}
	}
	if len(fields) != 42 || len(whole) != 27 {
		t.Errorf("%d items of %d clauses", len(fields), len(whole))
	}
	set(t, RegisterCodeLists, "clause", "code")
	listed := map[string]bool{"2.3.21": true, "2.3.22": true} // these two have files of their own
	for _, row := range load(t, RegisterCodeLists) {
		listed[row["clause"]] = true
	}
	for clause, row := range fields {
		if (row["type"] == "enum") != listed[clause] {
			t.Errorf("%s is %s, values listed: %t", clause, row["type"], listed[clause])
		}
	}
}

func TestMeasures(t *testing.T) {
	plans := set(t, NationalPlans, "code")
	for code, row := range plans {
		if _, err := time.Parse("01-02", row["report_due"]); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
	if due := plans["AH-2020-2022"]["report_due"]; due != "12-30" {
		t.Errorf("report due %q", due)
	}
	measures := set(t, OpenGovernment, "number")
	if len(measures) != 11 || measures["6.3"]["period"] != "mütəmadi" {
		t.Errorf("measures: %v", measures)
	}
	// The shares that propose a status cover 0 to 100 without gap or overlap.
	next := 0
	for _, row := range load(t, MeasureStatuses) {
		if row["share_from"] == "" {
			continue
		}
		if number(t, row, "share_from") != next {
			t.Errorf("%s begins at %s, want %d", row["code"], row["share_from"], next)
		}
		next = number(t, row, "share_to") + 1
	}
	if next != 101 {
		t.Errorf("shares end at %d", next-1)
	}
}
