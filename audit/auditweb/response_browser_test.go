package auditweb_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web/webtest"
)

// TestBrowserAnAnswerIsSavedBeforeTheNextForm types an answer to an act, does
// not save it, and adds an action: nothing that was typed is lost. Each way of
// looking for a cause shows its own fields.
func TestBrowserAnAnswerIsSavedBeforeTheNextForm(t *testing.T) {
	o := open(t, storetest.Open(t))
	act := o.Act(o.Started().ID, "4.4-a", audit.ActAcknowledged)
	o.as("aytan")
	site, b := o.site.Listen(), webtest.NewBrowser(t)
	b.SignIn(site, o.ID("aytan")+"@stat.test", webtest.Password)
	b.Open(site + "/acts/" + act.ID + "/response")
	shown := func(selector string) bool {
		return webtest.Eval[bool](b, `document.querySelector('`+selector+`').checkVisibility()`)
	}
	if !shown("#question-0") || !shown("#parent-1") || shown("#category-0") {
		t.Error("by questions: not the fields of questions")
	}
	webtest.Eval[bool](b, `document.querySelector('[name=cause_method][value=ishikawa]').click(), true`)
	if shown("#question-0") || shown("#parent-1") || !shown("#category-0") {
		t.Error("by branches: not the fields of branches")
	}
	webtest.Eval[bool](b, `(() => {
		const type = (selector, value) => { const e = document.querySelector(selector); e.value = value; e.dispatchEvent(new Event('input', {bubbles: true})); };
		type('[name=correction]', 'Təhvil verildi');
		type('#category-0', 'people');
		type('#why-0', 'Təlim olmayıb');
		const add = document.querySelector('form[action$="/actions"]');
		type('form[action$="/actions"] [name=text]', 'Jurnal açmaq');
		type('form[action$="/actions"] [name=owner]', '`+o.ID("aytan")+`');
		type('form[action$="/actions"] [name=days]', '10');
		add.requestSubmit();
		return true;
	})()`)
	b.Until(`document.querySelector('#actions table')`)
	v := o.View(act.ID)
	if v.Correction != "Təhvil verildi" || v.CauseMethod != audit.Ishikawa || len(v.Causes) != 1 || v.Causes[0].Category != "people" {
		t.Errorf("the answer that was typed: %q, %s, %+v", v.Correction, v.CauseMethod, v.Causes)
	}
	if len(v.Actions) != 1 || v.Actions[0].Text != "Jurnal açmaq" {
		t.Errorf("actions: %+v", v.Actions)
	}
}
