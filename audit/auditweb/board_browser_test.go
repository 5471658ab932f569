package auditweb_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web/webtest"
)

// TestADropObeysTheTableAndThePolicy drops a card of every state on every
// column, as people of every part: it moves exactly where the table has a step
// that needs no words and the policy names the person; where the step asks for
// more, the answer leads to its form; everything else is refused and told why.
func TestADropObeysTheTableAndThePolicy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		w := o.ActWalk()
		moved := map[string]bool{}
		for _, from := range audit.ActStates() {
			id := w.Fresh(string(from))
			for _, to := range audit.ActStates() {
				if to == from {
					continue
				}
				i := slices.IndexFunc(audit.ActTransitions, func(x office.Transition[audit.ActState]) bool {
					return x.From == from && x.To == to && x.Verb != "implement"
				})
				for _, key := range []string{"elchin", "aytan", "vugar", "samir", "gunel", "nigar", "rafael"} {
					who, err := o.ActorOf(t.Context(), o.ID(key))
					if err != nil {
						t.Fatal(err)
					}
					a := o.as(key).PostForm("/acts/board/move", url.Values{"id": {id}, "from": {string(from)}, "to": {string(to)}, "by": {"drag"}})
					var said struct{ Message, Href string }
					if err := json.Unmarshal([]byte(a.Body), &said); err != nil && a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
						t.Fatalf("%s to %s by %s: %d %s", from, to, key, a.Status, a.Body)
					}
					where := fmt.Sprintf("%s to %s by %s: %d %+v", from, to, key, a.Status, said)
					now := audit.ActState(o.StateOf("acts", id))
					may, direct := false, false
					if i >= 0 {
						x := audit.ActTransitions[i]
						scope := policies.For(who, x.Action)
						may = scope.Any || scope.Department(o.Dept("SSS"))
						direct = x.Verb == "acknowledge" || x.Verb == "submit" || x.Verb == "close"
					}
					switch {
					case direct && may:
						if a.Status != http.StatusOK || now != to {
							t.Errorf("%s: the act is %s", where, now)
						}
						moved[audit.ActTransitions[i].Verb] = true
						id = w.Fresh(string(from))
					case now != from:
						t.Errorf("%s: it moved to %s", where, now)
						id = w.Fresh(string(from))
					case i >= 0 && may && a.Status != http.StatusNotFound:
						if a.Status != http.StatusUnprocessableEntity || said.Href == "" || said.Message == "" {
							t.Errorf("%s: nothing leads to the form of the step", where)
						}
					case a.Status == http.StatusOK, a.Status >= 500:
						t.Errorf("%s", where)
					}
				}
			}
		}
		if len(moved) != 3 {
			t.Errorf("only %v were done by dropping", moved)
		}
	})
}

// drag drops a card on a column by the events that a mouse makes.
func drag(b *webtest.Browser, id string, to audit.ActState) {
	b.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const card = document.querySelector('[data-k-card="%s"]'), column = document.querySelector('[data-k-state=%s]'), data = new DataTransfer();
		const fire = (type, on) => on.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));
		fire('dragstart', card); fire('dragover', column); fire('drop', column); fire('dragend', card);
	})()`, id, to)))
}

// TestBrowserBoard: a card goes where it is dropped when a step leads there,
// back home with the reason when none does, when the step asks for words, and
// when somebody else was faster; the same step is taken with the keyboard alone.
func TestBrowserBoard(t *testing.T) {
	o := open(t, storetest.Open(t))
	a := o.Started()
	first, second, third := o.Act(a.ID, "4.1-a", audit.ActIssued), o.Act(a.ID, "4.2-a", audit.ActIssued), o.Act(a.ID, "4.3-a", audit.ActIssued)
	site := o.site.Listen()
	b := webtest.NewBrowser(t)
	o.as("elchin")
	b.SignIn(site, o.ID("elchin")+"@stat.test", webtest.Password)
	b.Open(site + "/acts/board")
	in := func(id string, state audit.ActState) {
		t.Helper()
		b.Until(fmt.Sprintf(`document.querySelector('[data-k-state=%s] [data-k-card="%s"]')`, state, id))
	}
	told := func() {
		t.Helper()
		b.Until(`(() => { const e = document.querySelector('[data-k-board-said]'); return e && !e.hidden && e.textContent.trim() !== ''; })()`)
	}
	b.Do(chromedp.Evaluate[chromedp.Void](`window.kBefore = true`))
	drag(b, first.ID, audit.ActAcknowledged)
	b.Until(`!window.kBefore && document.readyState === 'complete'`) // the board is read anew once it is written
	in(first.ID, audit.ActAcknowledged)
	if v := o.View(first.ID); v.State != audit.ActAcknowledged {
		t.Fatalf("the act is %s", v.State)
	}
	// No step leads there.
	b.Open(site + "/acts/board")
	drag(b, second.ID, audit.ActClosed)
	told()
	in(second.ID, audit.ActIssued)
	// The step asks for a reason: the way to its form is shown.
	b.Open(site + "/acts/board")
	drag(b, second.ID, audit.ActObjected)
	told()
	in(second.ID, audit.ActIssued)
	b.Until(fmt.Sprintf(`document.querySelector('[data-k-board-said] a[href^="/acts/%s"]')`, second.ID))
	b.Check("board-needs-words")
	// Somebody else was faster.
	b.Open(site + "/acts/board")
	if err := o.Audit.Object(o.Be("elchin"), third.ID, "jurnal var"); err != nil {
		t.Fatal(err)
	}
	drag(b, third.ID, audit.ActAcknowledged)
	told()
	in(third.ID, audit.ActIssued)
	if v := o.View(third.ID); v.State != audit.ActObjected {
		t.Errorf("the act is %s", v.State)
	}
	// The same with the keyboard: the menu of the card.
	b.Open(site + "/acts/board")
	b.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('[data-k-card="%s"] summary').focus()`, second.ID)))
	b.Do(chromedp.KeyEvent("\r"))
	b.Until(fmt.Sprintf(`document.querySelector('[data-k-card="%s"] details').open`, second.ID))
	b.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`[...document.querySelectorAll('[data-k-card="%s"] form')].find(f => f.elements.to.value === 'acknowledged').querySelector('button').focus()`, second.ID)))
	b.Do(chromedp.KeyEvent("\r"))
	in(second.ID, audit.ActAcknowledged)
	if v := o.View(second.ID); v.State != audit.ActAcknowledged {
		t.Errorf("the act is %s", v.State)
	}
}
