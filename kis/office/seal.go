package office

import "github.com/kis-platform/kis/internal/store"

// Kinds of objects, as the trail calls them.
const (
	kindUser       = "user"
	kindDepartment = "department"
)

// Seals are what the trail keeps of people and departments: who somebody is and
// with what password, where they work and worked, what they may do, and under
// which names a department is known. Language, theme and the end of sessions are
// not kept.
var Seals = []store.Seal{
	{Kind: kindUser, Table: "users", Of: []string{"grant"}, Parts: []store.SealPart{
		{Name: "account", Query: `SELECT id, email, name, position_az, position_en, department_id, password_hash, created_at, disabled_at FROM users WHERE id IN (?0)`},
		{Name: "roles", Query: `SELECT user_id, id, role, department_id, agency_id, object_kind, object_id, from_day, to_day FROM user_roles WHERE user_id IN (?0)`},
		{Name: "stays", Query: `SELECT user_id, id, department_id, from_day, to_day FROM user_departments WHERE user_id IN (?0)`},
	}},
	{Kind: kindDepartment, Table: "departments", Parts: []store.SealPart{
		{Name: "department", Query: `SELECT id, code, name_az, name_en, kind, created_at, archived_at FROM departments WHERE id IN (?0)`},
		{Name: "aliases", Query: `SELECT department_id, alias FROM department_aliases WHERE department_id IN (?0)`},
	}},
}
