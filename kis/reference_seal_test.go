package kis_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestPeopleAndReferenceDataCannotBeChangedUnseen changes each table past the
// program and back again, and goes on with what the program does between.
func TestPeopleAndReferenceDataCannotBeChangedUnseen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		sys, rauf := o.System(), o.As(t.Context(), "rauf")
		keep := func() {
			t.Helper()
			before, err := o.ReferenceNow(sys)
			if err == nil {
				err = o.LoadReference(sys)
			}
			if err == nil {
				err = o.KeepReference(sys, before)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		entries := func() (n int) {
			if err := db.Read().NewRaw(`SELECT COUNT(*) FROM trail`).Scan(t.Context(), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		found := func() (out []string) {
			t.Helper()
			if _, err := o.VerifySeals(t.Context(), func(f store.Fault) { out = append(out, f.Key) }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		clean := func(after string) {
			t.Helper()
			if got := found(); len(got) != 0 {
				t.Fatalf("%s: %v", after, got)
			}
		}
		keep()
		first := entries()
		if keep(); entries() != first {
			t.Errorf("a second start left %d entries", entries()-first)
		}
		clean("at the start")
		if err := o.TransferUser(rauf, o.ID("aytan"), "İTŞ", o.Today()); err != nil {
			t.Fatal(err)
		}
		if err := o.GrantRole(rauf, o.ID("aytan"), office.NewGrant{Role: policies.Assessor}); err != nil {
			t.Fatal(err)
		}
		if err := o.SetPassword(rauf, o.ID("aytan"), "başqa parol 77 sözü"); err != nil {
			t.Fatal(err)
		}
		if _, err := o.SignIn(t.Context(), kistest.Email("aytan"), "başqa parol 77 sözü", "127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		revise := func() {
			t.Helper()
			nigar := o.As(t.Context(), "nigar")
			versions, err := o.DueTemplateVersions(nigar, "ay")
			if err != nil {
				t.Fatal(err)
			}
			v := versions[0]
			v.Rules[0].Days++
			if err := o.ReviseDueTemplate(nigar, kis.DueTemplateEdit{Code: v.Code, Number: v.Number, NameAZ: v.NameAZ, NameEN: v.NameEN, Rules: v.Rules}); err != nil {
				t.Fatal(err)
			}
		}
		revise()
		clean("after changes by the program")
		aytan := "'" + o.ID("aytan") + "'"
		for _, c := range []struct{ change, back, want string }{
			{`UPDATE users SET department_id = '` + o.Dept("SSS") + `' WHERE id = ` + aytan, `UPDATE users SET department_id = '` + o.Dept("İTŞ") + `' WHERE id = ` + aytan, "account"},
			{`UPDATE users SET disabled_at = created_at WHERE id = ` + aytan, `UPDATE users SET disabled_at = NULL WHERE id = ` + aytan, "account"},
			{`UPDATE users SET password_hash = password_hash || 'x' WHERE id = ` + aytan, `UPDATE users SET password_hash = SUBSTR(password_hash, 1, LENGTH(password_hash) - 1) WHERE id = ` + aytan, "account"},
			{`UPDATE user_roles SET role = 'administrator' WHERE role = 'assessor' AND user_id = ` + aytan, `UPDATE user_roles SET role = 'assessor' WHERE role = 'administrator' AND user_id = ` + aytan, "roles"},
			{`UPDATE user_departments SET from_day = '2020-01-01' WHERE to_day IS NULL AND user_id = ` + aytan, `UPDATE user_departments SET from_day = '` + string(o.Today()) + `' WHERE to_day IS NULL AND user_id = ` + aytan, "stays"},
			{`UPDATE departments SET name_az = name_az || 'x' WHERE code = 'SSS'`, `UPDATE departments SET name_az = SUBSTR(name_az, 1, LENGTH(name_az) - 1) WHERE code = 'SSS'`, "department"},
			{`UPDATE department_aliases SET alias = alias || 'x' WHERE department_id = '` + o.Dept("SSS") + `'`,
				`UPDATE department_aliases SET alias = SUBSTR(alias, 1, LENGTH(alias) - 1) WHERE department_id = '` + o.Dept("SSS") + `'`, "aliases"},
			{`UPDATE calendar_days SET kind = 'work' WHERE day = '2026-01-01' AND country = 'AZ'`, `UPDATE calendar_days SET kind = 'off' WHERE day = '2026-01-01' AND country = 'AZ'`, "calendar_days"},
			{`UPDATE calendar_years SET confirmed = NOT confirmed`, `UPDATE calendar_years SET confirmed = NOT confirmed`, "calendar_years"},
			{`UPDATE due_templates SET name_az = name_az || 'x'`, `UPDATE due_templates SET name_az = SUBSTR(name_az, 1, LENGTH(name_az) - 1)`, "due_templates"},
			{`UPDATE due_template_phases SET days = days + 1 WHERE days > 0`, `UPDATE due_template_phases SET days = days - 1 WHERE days > 0`, "due_templates"},
			{`UPDATE file_types SET taken = NOT taken`, `UPDATE file_types SET taken = NOT taken`, "file_types"},
		} {
			past(t, db, o, c.change)
			if got := found(); !slices.Contains(got, "verify.seal.part."+c.want) {
				t.Errorf("%s: found %v", c.change, got)
			}
			past(t, db, o, c.back)
			clean(c.back)
		}
		// What was changed past the program before the next entry is named too.
		past(t, db, o, `UPDATE calendar_days SET kind = 'work' WHERE day = '2026-01-01' AND country = 'AZ'`)
		past(t, db, o, `UPDATE users SET name = 'Başqa' WHERE id = `+aytan)
		revise()
		if err := o.DisableUser(rauf, o.ID("aytan")); err != nil {
			t.Fatal(err)
		}
		if got := found(); len(got) != 4 || !slices.Contains(got, "verify.seal.part.calendar_days") || !slices.Contains(got, "verify.seal.part.account") || !slices.Contains(got, "verify.seal.between") {
			t.Errorf("between two entries: %v", got)
		}
	})
}
