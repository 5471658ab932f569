package auditweb_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

type toldRow struct {
	ID, No, Question, Answer, Note string
	Population                     *int
	AnsweredBy                     string `json:"answered_by"`
	Version                        int
	Findings                       []string
}

type toldRows struct {
	Items []toldRow
	Total int
	Next  string
}

// TestAProgramFillsAChecklist: rows are read, answered and lead to findings as
// on the page, with its refusals; departments do not see the working papers.
func TestAProgramFillsAChecklist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		a, other := o.Started(), o.Planned()
		rows := "/api/v1/audits/" + a.ID + "/rows"
		list := told[toldRows](t, o.ask(http.MethodGet, "samir", rows+"?limit=2&phase=4", nil).Want(http.StatusOK))
		if len(list.Items) != 2 || list.Total <= 2 || list.Next == "" || list.Items[0].Question == "" || list.Items[0].Answer != "open" {
			t.Fatalf("first page: %+v", list)
		}
		next := told[toldRows](t, o.ask(http.MethodGet, "samir", rows+"?limit=2&phase=4&after="+list.Next, nil).Want(http.StatusOK))
		if next.Items[0].No <= list.Items[1].No {
			t.Errorf("the second page begins with %s after %s", next.Items[0].No, list.Items[1].No)
		}

		row := list.Items[0]
		answer := func(version int, more object) object {
			out := object{"version": version, "answer": "conforms", "note": "Jurnal aparılır", "population": 40, "sample": 8, "sample_method": "təsadüfi", "sample_result": "8/8"}
			for k, v := range more {
				out[k] = v
			}
			return out
		}
		at := rows + "/" + row.ID
		for name, bad := range map[string]object{"answer": {"answer": "perhaps"}, "sample": {"sample": 50}, "population": {"population": -1}, "evidence": {"evidence": []string{"x"}}} {
			if said := o.ask(http.MethodPost, "samir", at+"/answer", answer(row.Version, bad)).Want(http.StatusUnprocessableEntity); !strings.Contains(said.Body, name) {
				t.Errorf("a bad %s is refused without naming it: %s", name, said.Body)
			}
		}
		got := told[toldRow](t, o.ask(http.MethodPost, "samir", at+"/answer", answer(row.Version, nil)).Want(http.StatusOK))
		if got.Answer != "conforms" || got.Note != "Jurnal aparılır" || got.Population == nil || *got.Population != 40 || got.AnsweredBy == "" || got.Version <= row.Version {
			t.Errorf("answered: %+v", got)
		}
		// Who saw the row before that answer is told, and nothing is written.
		o.ask(http.MethodPost, "gunel", at+"/answer", answer(row.Version, object{"answer": "observation", "note": "başqa"})).Want(http.StatusConflict)
		if now := told[toldRow](t, o.ask(http.MethodGet, "gunel", at, nil).Want(http.StatusOK)); now.Answer != "conforms" || now.Version != got.Version {
			t.Errorf("after a refused answer: %+v", now)
		}

		second := rows + "/" + list.Items[1].ID
		raise := func(more object) object {
			out := object{"row": object{"version": list.Items[1].Version}, "grade": "minor", "department_id": o.Dept("SSS"), "statement": "Təhvil siyahısında imza yoxdur.",
				"objective_evidence": "Təhvil siyahısı, 2-ci səhifə"}
			for k, v := range more {
				out[k] = v
			}
			return out
		}
		for name, bad := range map[string]object{"statement": {"statement": ""}, "grade": {"grade": "grave"}, "department": {"department_id": o.Dept("İTŞ")}} {
			if said := o.ask(http.MethodPost, "samir", second+"/findings", raise(bad)).Want(http.StatusUnprocessableEntity); !strings.Contains(said.Body, name) {
				t.Errorf("a bad %s is refused without naming it: %s", name, said.Body)
			}
		}
		f := told[struct {
			ID, Grade, State, Statement string
			ActID                       string `json:"act_id"`
		}](t, o.ask(http.MethodPost, "samir", second+"/findings", raise(nil)).Want(http.StatusCreated))
		if f.Grade != "minor" || f.State != "draft" || f.ActID == "" {
			t.Errorf("raised: %+v", f)
		}
		if now := told[toldRow](t, o.ask(http.MethodGet, "samir", second, nil).Want(http.StatusOK)); now.Answer != "nonconforms" || !slices.Contains(now.Findings, f.ID) {
			t.Errorf("the row of the finding: %+v", now)
		}

		// The audited department, another one, and a row under the address of another audit.
		for _, key := range []string{"elchin", "vugar"} {
			o.ask(http.MethodGet, key, rows, nil).Want(http.StatusNotFound)
			o.ask(http.MethodGet, key, at, nil).Want(http.StatusNotFound)
			o.ask(http.MethodPost, key, at+"/answer", answer(got.Version, nil)).Want(http.StatusForbidden)
			o.ask(http.MethodPost, key, second+"/findings", raise(nil)).Want(http.StatusForbidden)
		}
		foreign := "/api/v1/audits/" + other.ID + "/rows/" + row.ID
		o.ask(http.MethodGet, "gunel", foreign, nil).Want(http.StatusNotFound)
		o.ask(http.MethodPost, "gunel", foreign+"/answer", answer(got.Version, nil)).Want(http.StatusNotFound)
		o.ask(http.MethodPost, "gunel", foreign+"/findings", raise(nil)).Want(http.StatusNotFound)
	})
}
