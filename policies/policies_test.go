package policies

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
)

var update = flag.Bool("update", false, "write golden files")

// Matrix draws role × action for people.
func matrix() string {
	var b strings.Builder
	b.WriteString("Who may do what. any = everything, own = of the own department or agency, assigned = what the person was put on, . = not allowed\n\n")
	for i, r := range AllRoles() {
		fmt.Fprintf(&b, "%2d  %s\n", i+1, r)
	}
	fmt.Fprintf(&b, "\n%-34s", "action")
	for i := range AllRoles() {
		fmt.Fprintf(&b, "%9d", i+1)
	}
	b.WriteString("\n")
	for _, act := range Actions() {
		fmt.Fprintf(&b, "%-34s", act)
		for _, role := range AllRoles() {
			word := "."
			if rs := Reaches(role, act); len(rs) > 0 {
				word = string(rs[len(rs)-1])
			}
			fmt.Fprintf(&b, "%9s", word)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestTheMatrixIsTheOneThatWasSigned(t *testing.T) {
	const file = "testdata/matrix.golden.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(matrix()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := matrix(); got != string(want) {
		t.Errorf("the policy no longer gives the signed matrix; run with -update and read the difference\n%s", got)
	}
}

func TestEveryLineOfThePolicyNamesARoleAnActionAndAReachThatExist(t *testing.T) {
	r := csv.NewReader(strings.NewReader(withoutComments(policyText)))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	named := []string{"staff", "reader"}
	for _, role := range AllRoles() {
		named = append(named, string(role))
	}
	granted := map[string]bool{}
	for _, l := range lines {
		switch l[0] {
		case "p":
			if !slices.Contains(named, l[1]) || !slices.Contains(Actions(), Action(l[2])) ||
				!slices.Contains([]Reach{Assigned, Own, Any}, Reach(l[3])) {
				t.Errorf("unknown role, action or reach: %v", l)
			}
			granted[l[2]] = true
		case "g":
			if !slices.Contains(named, l[1]) || !slices.Contains(named, l[2]) {
				t.Errorf("unknown role: %v", l)
			}
		default:
			t.Errorf("unknown line %v", l)
		}
	}
	for _, a := range Actions() {
		if !granted[string(a)] {
			t.Errorf("nobody may do %s", a)
		}
	}
}

func TestTheAdministratorDecidesNothingAndSeesNoEvidence(t *testing.T) {
	for _, a := range Actions() {
		if len(Reaches(Administrator, a)) > 0 && !strings.HasPrefix(string(a), "kis:user:") &&
			!strings.HasPrefix(string(a), "kis:department:") && !strings.HasPrefix(string(a), "kis:job:") && !strings.HasPrefix(string(a), "kis:quarantine:") && a != SelfUse {
			t.Errorf("the administrator may %s", a)
		}
	}
}

func TestScopeIsTheUnionOfTheGrants(t *testing.T) {
	a := actor.Actor{UserID: "u", Grants: []actor.Grant{
		{Role: string(Employee), DepartmentID: "sss"}, {Role: string(Head), DepartmentID: "its"}}}
	s := For(a, EvidenceSubmit)
	if s.Any || !s.Department("sss") || !s.Department("its") || s.Department("bes") || s.Department("") {
		t.Errorf("submit scope: %+v", s)
	}
	if s := For(a, ActAcknowledge); s.Department("sss") || !s.Department("its") {
		t.Errorf("only the head's department can be acknowledged for: %+v", s)
	}
	if !For(a, EvidenceReview).None() || Can(a, EvidenceReview) {
		t.Error("an employee may not review evidence")
	}
	if Can(actor.Actor{}, SelfUse) || !Can(actor.Actor{}, Public) {
		t.Error("nobody may do nothing but what is public")
	}
}

func BenchmarkCan(b *testing.B) {
	a := actor.Actor{UserID: "u", Grants: []actor.Grant{{Role: string(Employee), DepartmentID: "sss"}}}
	b.ReportAllocs()
	for b.Loop() {
		if !Can(a, EvidenceSubmit) {
			b.Fatal("denied")
		}
	}
}
