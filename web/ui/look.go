package ui

// Look is how a state word looks: tone (good info warn bad idle off) and icon.
// Each context keeps a table of its states to it.
type Look struct{ Tone, Icon string }

// State is the state word of a key in that look; args as in Page.T.
func (l Look) State(p Page, key string, args ...any) State {
	return State{Tone: l.Tone, Icon: l.Icon, Word: p.T(key, args...)}
}
