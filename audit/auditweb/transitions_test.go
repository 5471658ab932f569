package auditweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// outcome reads what a page or the API answered.
func outcome(a *webtest.Answer) audittest.Outcome {
	switch a.Status {
	case http.StatusOK, http.StatusSeeOther, http.StatusCreated:
		return audittest.Outcome{}
	case http.StatusForbidden:
		return audittest.Outcome{Refused: apperr.Forbidden, Text: a.Body}
	case http.StatusNotFound:
		return audittest.Outcome{Refused: apperr.NotFound, Text: a.Body}
	case http.StatusConflict:
		return audittest.Outcome{Refused: apperr.Conflict, Text: a.Body}
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return audittest.Outcome{Refused: apperr.Invalid, Text: a.Body}
	}
	return audittest.Outcome{Refused: apperr.Internal, Text: a.Body}
}

// visitors remembers the browser of each person.
func (o bureau) visitors() func(key string) *webtest.Visitor {
	known := map[string]*webtest.Visitor{}
	return func(key string) *webtest.Visitor {
		if known[key] == nil {
			known[key] = o.as(key)
		}
		return known[key]
	}
}

// reports says whether somebody can send a file at all.
func (o bureau) reports(key string) bool {
	a, err := o.ActorOf(o.T.Context(), o.ID(key))
	if err != nil {
		o.T.Fatal(err)
	}
	return policies.Can(a, policies.EvidenceSubmit)
}

// TestEveryStepOnPagesInEveryStateByEverybody walks the tables of acts,
// actions, findings and audits by the forms of pages.
func TestEveryStepOnPagesInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		as := o.visitors()
		t.Run("act", func(t *testing.T) {
			forms := map[string]struct {
				path string
				form url.Values
			}{
				"issue": {"issue", url.Values{"checked": {"1"}}}, "discard": {"discard", reason}, "acknowledge": {"acknowledge", nil}, "object": {"object", reason},
				"dismiss": {"resolve", url.Values{"decision": {"dismiss"}, "reason": {"səbəb budur"}}}, "uphold": {"resolve", url.Values{"decision": {"uphold"}, "reason": {"səbəb budur"}}},
				"submit": {"submit", nil}, "approve": {"approve", url.Values{"effect_months": {"0"}}}, "return": {"return", reason},
				"confirm": {"effect", url.Values{"decision": {"confirm"}, "result": {"nəticə var"}}}, "fail": {"effect", url.Values{"decision": {"fail"}, "result": {"nəticə yoxdur"}}},
				"close": {"close", nil}, "reopen": {"reopen", reason},
			}
			w := o.ActWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				return outcome(as(key).PostForm("/acts/"+id+"/"+forms[verb].path, forms[verb].form))
			}
			o.Every(t, w)
		})
		t.Run("action", func(t *testing.T) {
			w := o.ActionWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				path := "/acts/" + o.actOf(id) + "/actions/" + id
				switch verb {
				case "start":
					return outcome(as(key).Post(path + "/start"))
				case "report":
					return outcome(as(key).PostFiles(path+"/report", url.Values{"result": {"görüldü"}}, webtest.Upload{Field: "files", Name: "a.csv", Content: "a,b\n1,2\n"}))
				}
				return outcome(as(key).Post(path+"/verdict", "decision", verb, "note", "çatışmır"))
			}
			o.Every(t, w)
		})
		t.Run("finding", func(t *testing.T) {
			w, into := o.FindingWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				switch verb {
				case "merge":
					return outcome(as(key).Post("/findings/"+into(id)+"/merge", "findings", id, "reason", "eyni hal"))
				case "agree", "differ":
					return outcome(as(key).Post("/findings/"+id+"/"+verb, "view", "jurnal var"))
				}
				return outcome(as(key).Post("/findings/"+id+"/"+verb, "reason", "səbəb budur"))
			}
			o.Every(t, w)
		})
		t.Run("audit", func(t *testing.T) {
			w := o.AuditWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				return outcome(as(key).Post("/audits/"+id+"/"+verb, "reason", audittest.ShortNotice, "conclusion", "uyğundur"))
			}
			o.Every(t, w)
		})
	})
}

var reason = url.Values{"reason": {"səbəb budur"}}

// actOf gives the act of an action.
func (o bureau) actOf(id string) (act string) {
	if err := o.DB.Read().NewRaw("SELECT act_id FROM corrective_actions WHERE id = ?", id).Scan(o.T.Context(), &act); err != nil {
		o.T.Fatal(err)
	}
	return act
}

// programs is an office whose API is asked with the token of each person.
type programs struct {
	bureau
	tokens map[string]string
}

func openAPI(t testing.TB, db *store.DB) *programs {
	o := audittest.New(t, db)
	site := webtest.New(t, func(r *web.Router) {
		auditweb.Register(r, o.Audit)
		auditweb.RegisterAPI(r, o.Audit)
		auditweb.RegisterAuditAPI(r, programme.New(o.Audit))
	}, func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock, opt.Zone, opt.TokenRate = o.Service, o.Service, store.NewSessions(db), db.Now, o.Zone, 1_000_000
	})
	return &programs{bureau{o, site}, map[string]string{}}
}

// ask sends a request of the program of a person; body nil is none.
func (p *programs) ask(method, key, path string, body any) *webtest.Answer {
	p.T.Helper()
	if p.tokens[key] == "" {
		_, token, err := p.CreateToken(p.Be(key), office.NewToken{Name: "proqram"})
		if err != nil {
			p.T.Fatal(err)
		}
		p.tokens[key] = token
	}
	var text string
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			p.T.Fatal(err)
		}
		text = string(raw)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+p.tokens[key])
	r.Header.Set("Accept-Language", "az")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return p.site.Nobody().Do(r)
}

type object = map[string]any

// TestEveryStepByAPIInEveryStateByEverybody walks the tables of acts, actions,
// findings and audits by the API: the same steps work for the same people, and every
// other is refused with the same message.
func TestEveryStepByAPIInEveryStateByEverybody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		because := object{"reason": "səbəb budur"}
		t.Run("act", func(t *testing.T) {
			bodies := map[string]any{"discard": because, "object": because, "dismiss": because, "uphold": because, "return": because, "reopen": because,
				"approve": object{"effect_months": 0}, "confirm": object{"result": "nəticə var"}, "fail": object{"result": "nəticə yoxdur"}, "close": object{"note": ""}}
			w := o.ActWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				return outcome(o.ask(http.MethodPost, key, "/api/v1/acts/"+id+"/"+verb, bodies[verb]))
			}
			o.Every(t, w)
		})
		t.Run("action", func(t *testing.T) {
			w := o.ActionWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				body := any(object{"note": "baxıldı"})
				switch verb {
				case "start":
					body = nil
				case "reject":
					body = object{"reason": "çatışmır"}
				case "report":
					report := object{"result": "görüldü"}
					if o.reports(key) {
						up, err := o.StageUpload(o.Be(key), "a.csv", strings.NewReader("a,b\n1,2\n"))
						if err != nil {
							t.Fatal(err)
						}
						report["uploads"] = []string{up.ID}
					}
					body = report
				}
				return outcome(o.ask(http.MethodPost, key, "/api/v1/actions/"+id+"/"+verb, body))
			}
			o.Every(t, w)
		})
		t.Run("finding", func(t *testing.T) {
			w, into := o.FindingWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				switch verb {
				case "share":
					return outcome(o.ask(http.MethodPost, key, "/api/v1/findings/"+id+"/share", nil))
				case "merge":
					return outcome(o.ask(http.MethodPost, key, "/api/v1/findings/"+into(id)+"/merge", object{"findings": []string{id}, "reason": "eyni hal"}))
				case "agree", "differ":
					return outcome(o.ask(http.MethodPost, key, "/api/v1/findings/"+id+"/"+verb, object{"view": "jurnal var"}))
				}
				return outcome(o.ask(http.MethodPost, key, "/api/v1/findings/"+id+"/"+verb, because))
			}
			o.Every(t, w)
		})
		t.Run("audit", func(t *testing.T) {
			bodies := map[string]any{"announce": object{"reason": audittest.ShortNotice}, "report": object{"conclusion": "uyğundur", "strengths": ""}, "cancel": because}
			w := o.AuditWalk()
			w.Do = func(verb, key, id string) audittest.Outcome {
				return outcome(o.ask(http.MethodPost, key, "/api/v1/audits/"+id+"/"+verb, bodies[verb]))
			}
			o.Every(t, w)
		})
	})
}
