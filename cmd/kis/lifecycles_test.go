package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
)

// drawing writes one table of transitions as a diagram and a table.
func drawing[S ~string](title, words string, table []office.Transition[S]) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n```mermaid\nstateDiagram-v2\n", title)
	word := func(s S) string {
		if s == "" {
			return "[*]"
		}
		return string(s)
	}
	var states []S
	for _, t := range table {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", word(t.From), word(t.To), t.Verb)
		for _, s := range []S{t.From, t.To} {
			if s != "" && !slices.Contains(states, s) {
				states = append(states, s)
			}
		}
	}
	b.WriteString("```\n\n| state | Azərbaycanca | English |\n|---|---|---|\n")
	for _, s := range states {
		key := words + string(s)
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s, i18n.T("az", key), i18n.T("en", key))
	}
	b.WriteString("\n| from | step | to | action | roles |\n|---|---|---|---|---|\n")
	for _, t := range table {
		var roles []string
		for _, r := range policies.Roles() {
			if reach := policies.Reaches(r, t.Action); len(reach) > 0 {
				roles = append(roles, fmt.Sprintf("%s (%s)", r, reach[len(reach)-1]))
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s |\n", t.From, t.Verb, t.To, t.Action, strings.Join(roles, ", "))
	}
	return b.String() + "\n"
}

func TestTheLifecyclesInTheDocumentsAreThoseOfTheProgram(t *testing.T) {
	var b strings.Builder
	b.WriteString("# States and steps\n\nMade from the transition tables of the program; `go test ./cmd/kis -run Lifecycles -update` writes it anew.\n" +
		"Derived states (missing, overdue, expiring) are never stored and stand in no table.\n\n")
	b.WriteString(drawing("Cycle", "kis.cycle.state.", kis.CycleTransitions))
	b.WriteString(drawing("Phase gate", "kis.gate.state.", kis.GateTransitions))
	b.WriteString(drawing("Evidence", "kis.evidence.state.", kis.SubmissionTransitions))
	b.WriteString(drawing("Evidence request", "inquiry.request.state.", inquiry.RequestTransitions))
	b.WriteString(drawing("Version of a controlled document", "document.state.", document.Transitions))
	b.WriteString(drawing("Quality report", "quality.state.", quality.Transitions))
	b.WriteString(drawing("Risk and opportunity", "risk.state.", risk.Transitions))
	b.WriteString(drawing("Quality objective", "risk.objective.state.", risk.ObjectiveTransitions))
	b.WriteString(drawing("Discrepancy note", "inquiry.discrepancy.state.", inquiry.DiscrepancyTransitions))
	b.WriteString(drawing("Audit programme", "audit.programme.state.", programme.Transitions))
	b.WriteString(drawing("Audit", "audit.audit.state.", audit.AuditTransitions))
	b.WriteString(drawing("Audit finding", "audit.finding.state.", audit.FindingTransitions))
	b.WriteString(drawing("Nonconformity act", "audit.act.state.", audit.ActTransitions))
	b.WriteString(drawing("Corrective action", "audit.action.state.", audit.ActionTransitions))
	b.WriteString(drawing("Extension of a corrective action", "audit.extension.state.", audit.ExtensionTransitions))
	b.WriteString(drawing("Evaluation of a cycle", "evaluation.state.", evaluation.Transitions))
	b.WriteString(drawing("Self-assessment", "assessment.state.", assessment.Transitions))
	b.WriteString(drawing("Survey of users", "assessment.survey.state.", assessment.SurveyTransitions))
	b.WriteString(drawing("Recommendation", "planning.recommendation.state.", planning.RecommendationTransitions))
	b.WriteString(drawing("Yearly plan", "planning.plan.state.", planning.PlanTransitions))
	b.WriteString(drawing("Agreement of a department", "planning.agreement.state.", planning.AgreementTransitions))
	b.WriteString(drawing("Item of the plan", "planning.item.state.", planning.ItemTransitions))
	b.WriteString(drawing("Management review", "planning.review.state.", planning.ReviewTransitions))
	b.WriteString(drawing("Entry of a measure", "planning.measure.state.", planning.MeasureTransitions))
	b.WriteString(drawing("Application to the register", "register.state.", register.Transitions))
	b.WriteString(drawing("Request of the operator to the body of a service", "register.request.state.", request.Transitions))
	b.WriteString(drawing("Campaign of assessments", "campaign.state.", campaign.Transitions))
	b.WriteString(drawing("Opinion on a body", "campaign.body.", campaign.BodyTransitions))
	golden(t, "../../docs/lifecycles.md", b.String())
	if strings.Contains(b.String(), "⟦") {
		t.Error("a state has no word")
	}
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the program says; run with -update and read the difference", file)
	}
}
