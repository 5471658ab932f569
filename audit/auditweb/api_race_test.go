package auditweb_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestOfTwoProgramsAtOnceOneWinsAndTheOtherIsTold asks for one step twice at
// the same moment: 200 for one, 409 for the other, and one event.
func TestOfTwoProgramsAtOnceOneWinsAndTheOtherIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		for _, key := range []string{"gunel", "elchin", "samir", "aysel"} { // a token each, before it begins
			o.ask(http.MethodGet, key, "/api/v1/acts", nil).Want(http.StatusOK)
		}
		together := func(what, first, second, path string, body any) {
			t.Helper()
			status := make([]int, 2)
			var wg sync.WaitGroup
			for i, key := range []string{first, second} {
				wg.Go(func() { status[i] = o.ask(http.MethodPost, key, path, body).Status })
			}
			wg.Wait()
			if status[0]+status[1] != http.StatusOK+http.StatusConflict || status[0] == status[1] {
				t.Errorf("%s at once: %v", what, status)
			}
		}
		a := o.Started()
		for range 3 {
			act := o.Draft(a.ID, "4.4-a")
			together("issue", "gunel", "gunel", "/api/v1/acts/"+act.ID+"/issue", nil)
			together("acknowledge", "elchin", "elchin", "/api/v1/acts/"+act.ID+"/acknowledge", nil)
			if v := o.View(act.ID); v.State != audit.ActAcknowledged || len(v.Events) != 3 {
				t.Errorf("the act is %s after %d events", v.State, len(v.Events))
			}
		}
		act := o.Act(a.ID, "4.3-a", audit.ActInProgress)
		for _, ac := range o.View(act.ID).Actions {
			if ac.OwnerID == o.ID("aytan") {
				o.Report("aytan", ac.ID)
				together("verify", "samir", "aysel", "/api/v1/actions/"+ac.ID+"/verify", object{"note": "baxıldı"})
			}
		}
		// What nobody knows, what is no id, what does not fit.
		o.ask(http.MethodGet, "gunel", "/api/v1/acts/"+store.NewID(), nil).Want(http.StatusNotFound)
		o.ask(http.MethodGet, "gunel", "/api/v1/actions/"+store.NewID(), nil).Want(http.StatusNotFound)
		o.ask(http.MethodPost, "gunel", "/api/v1/findings/"+store.NewID()+"/share", nil).Want(http.StatusNotFound)
		o.ask(http.MethodPost, "elchin", "/api/v1/acts/"+act.ID+"/object", object{"reason": "a\x00b"}).Want(http.StatusUnprocessableEntity)
		o.ask(http.MethodPost, "nigar", "/api/v1/acts", object{"origin": "discrepancy", "origin_id": "1", "origin_label": "x"}).Want(http.StatusUnprocessableEntity)
	})
}
