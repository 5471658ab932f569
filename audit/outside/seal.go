package outside

import "github.com/kis-platform/kis/internal/store"

// Seal is what the trail keeps of a link and of each opening of it; kis verify
// compares.
var Seal = store.Seal{Kind: kindLink, Table: "observer_links", Parts: []store.SealPart{
	{Name: "link", Query: `SELECT id, token_hash, name, organisation, reason, scope, audit_id, cycle_id, process_id, confidential, last_day, max_uses, uses,
		created_by, created_at, revoked_by, revoked_at, revoke_reason FROM observer_links WHERE id IN (?0)`},
	{Name: "openings", Query: `SELECT link_id, id, session_hash, opened_at, ends_at, left_at, address FROM observer_visits WHERE link_id IN (?0)`},
}}
