package kisweb

import (
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web/ui"
)

// userFacts is the line of facts under a person's name.
func userFacts(p userPage) string {
	var parts []string
	for _, s := range []string{p.User.Position(p.Lang), p.User.Department.Name(p.Lang), p.User.Email} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// accountRows are the facts of the account.
func accountRows(p userPage) []ui.KVRow {
	password := "kis.user.password.none"
	if p.User.HasPassword {
		password = "kis.user.password.set"
	}
	rows := []ui.KVRow{
		{Term: p.T("kis.user.email"), Value: p.User.Email},
		{Term: p.T("kis.user.lang"), Value: p.T("web.lang." + p.User.Lang)},
		{Term: p.T("kis.user.password"), Value: p.T(password)},
		{Term: p.T("kis.user.created"), Value: p.DateTime(p.User.CreatedAt)},
	}
	if !p.User.DisabledAt.IsZero() {
		rows = append(rows, ui.KVRow{Term: p.T("kis.user.disabled_at"), Value: p.DateTime(p.User.DisabledAt)})
	}
	return rows
}

// endForm is the form that ends a role, with its errors when it was refused.
func (p userPage) endForm(g office.Grant) ui.Form {
	if g.ID == p.Forms.endRole {
		return p.Forms.end
	}
	return ui.Form{}
}

// roleDays writes from when to when a role counts; one that was taken back
// before it began says so.
func roleDays(p ui.Page, g office.Grant) string {
	if g.To != "" && g.To < g.From {
		return p.T("kis.user.role.never")
	}
	return days(p, g.From, g.To)
}

// days writes a stretch of days, open or not: 03.01.2024 – 24.11.2026.
func days(p ui.Page, from, to day.Day) string {
	if to == "" {
		return p.T("kis.days.since", "from", p.Day(from))
	}
	return p.Day(from) + " – " + p.Day(to)
}

// formVersion is the version that a form was filled from: kept over field
// errors, so that saving again over somebody else's change is still refused.
// Once that was said and shown, saving again is meant.
func formVersion(f ui.Form, now string) string {
	if v := f.Value("version"); v != "" && !overtaken(f) {
		return v
	}
	return now
}

// overtaken says that a form came back because somebody else saved first.
func overtaken(f ui.Form) bool {
	return f.Errors != nil && f.Errors.Kind == apperr.Conflict && len(f.Errors.Fields) == 0
}
