package register

import "github.com/kis-platform/kis/internal/store"

// seals are what the trail keeps of the register. Bodies and services that came
// with a sheet are in it as a whole only; they are covered from their first own
// step.
var seals = []store.Seal{
	{Kind: kindAgency, Table: "agencies", Of: []string{kindUnit}, Rows: withEntries("agencies", kindAgency), Parts: []store.SealPart{
		{Name: "facts", Query: `SELECT id, code, name_az, name_en, section, from_day, to_day, contact FROM agencies WHERE id IN (?0)`},
		{Name: "names", Query: `SELECT agency_id, from_day, name_az, name_en FROM agency_names WHERE agency_id IN (?0)`},
		{Name: "steps", Query: `SELECT agency_id, id, kind, other_id, day, basis, services, actor, at FROM agency_events WHERE agency_id IN (?0)`},
		{Name: "units", Query: `SELECT agency_id, id, code, name_az, name_en, contact, to_day FROM agency_units WHERE agency_id IN (?0)`},
	}},
	{Kind: kindApplication, Table: "register_applications", Parts: []store.SealPart{
		{Name: "facts", Query: `SELECT id, number, kind, state, agency_id, service_id, title, items, round, submit_due, due, clock, clock_from, created_by, created_at,
			submitted_at, found_at, returned_at, decided_at FROM register_applications WHERE id IN (?0)`},
		{Name: "rounds", Query: `SELECT application_id, round, sha256, signed_by, signature, signed_at FROM register_rounds WHERE application_id IN (?0)`},
		{Name: "defects", Query: `SELECT application_id, id, round, clause, text, actor, at FROM register_defects WHERE application_id IN (?0)`},
		{Name: "steps", Query: `SELECT application_id, seq, verb, from_state, to_state, note, actor, at FROM register_events WHERE application_id IN (?0)`},
		{Name: "files", Query: `SELECT l.application_id, f.id, f.name, f.sha256, f.size FROM register_files l JOIN files f ON f.id = l.file_id WHERE l.application_id IN (?0)`},
	}},
	{Kind: kindService, Table: "eservices", Of: []string{kindPair}, Rows: withEntries("eservices", kindService), Parts: []store.SealPart{
		{Name: "facts", Query: `SELECT id, agency_id, code, number, state, version, registered_on, archived_on, level, name_az FROM eservices WHERE id IN (?0)`},
		{Name: "register_versions", Query: `SELECT service_id, number, agency_id, sha256, cause, application_id, day, actor, at FROM eservice_versions WHERE service_id IN (?0)`},
		{Name: "holders", Query: `SELECT service_id, from_day, agency_id FROM eservice_holders WHERE service_id IN (?0)`},
		{Name: "usage", Query: `SELECT service_id, year, requests, electronic, note, recorded_by, recorded_at FROM eservice_usage WHERE service_id IN (?0)`},
		{Name: "pairs", Query: `SELECT other_id, one_id, likeness, state, reason, actor, decided_at FROM eservice_pairs WHERE state <> 'open' AND other_id IN (?0)`},
	}},
}

// withEntries gives the rows of a table that the trail has entries about.
func withEntries(table, kind string) string {
	return `SELECT x.id FROM ` + table + ` x WHERE EXISTS (SELECT 1 FROM trail t WHERE t.root_kind = '` + kind + `' AND t.root_id = CAST(x.id AS TEXT))`
}
