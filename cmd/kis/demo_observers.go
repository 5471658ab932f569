package main

import "github.com/kis-platform/kis/audit/outside"

// observers gives outside auditors their links: one that was used and still
// opens, one that was taken back. Their secrets are kept nowhere, so nobody
// opens them in the example; the lead auditor makes a new one.
func (d *demo) observers() error {
	s := outside.New(d.app.audit)
	d.at("2026-11-10 15:00")
	_, secret, err := s.Invite(d.as("gunel"), outside.NewLink{Scope: outside.OfAudit, Object: d.first.ID, Name: "Kamal Rəhimov", Organisation: "Nümunə sertifikatlaşdırma mərkəzi",
		Reason: "AZS ISO 9001:2020 sertifikatı üzrə nəzarət auditinə hazırlıq", LastDay: "2026-12-31", MaxUses: 10})
	if err != nil {
		return err
	}
	second, _, err := s.Invite(d.as("gunel"), outside.NewLink{Scope: outside.OfCycle, Object: d.cycle.ID, Name: "Nərmin Sadıqova", Organisation: "Nümunə təlim mərkəzi",
		Reason: "Sübutların quruluşu ilə tanışlıq", LastDay: "2026-11-30", MaxUses: 3})
	if err != nil {
		return err
	}
	d.at("2026-11-12 10:20")
	visit, _, err := s.Open(d.ctx, secret, "192.0.2.40")
	if err != nil {
		return err
	}
	v, err := s.Visit(d.ctx, visit)
	if err != nil {
		return err
	}
	if _, err := s.Home(d.ctx, v); err != nil {
		return err
	}
	if err := s.Leave(d.ctx, visit); err != nil {
		return err
	}
	d.at("2026-11-13 09:30")
	return s.Revoke(d.as("gunel"), second.ID, "Təlim ləğv edilib, girişə ehtiyac qalmayıb.")
}
