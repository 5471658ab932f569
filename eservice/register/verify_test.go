package register_test

import (
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestAVersionOrASignedTextThatWasChangedPastTheProgramIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.registered("arzu", "Arayışın verilməsi")
		verify := func() (n int64, keys []string) {
			n, err := h.Service.VerifyVersions(h.System(), func(f store.Fault) { keys = append(keys, f.Key) })
			if err != nil {
				t.Fatal(err)
			}
			return n, keys
		}
		if n, keys := verify(); n != 2 || len(keys) != 0 {
			t.Fatalf("%d texts, faults %v", n, keys)
		}
		storetest.Unlock(t, db)
		storetest.Tamper(t, db, "UPDATE eservice_versions SET items = REPLACE(items, 'Arayış', 'Çıxarış')")
		storetest.Tamper(t, db, "UPDATE register_rounds SET items = '{}', sha256 = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'") // the right hash of the wrong text
		if _, keys := verify(); len(keys) != 2 || keys[0] != "register.verify.version" || keys[1] != "register.verify.round" {
			t.Errorf("faults %v", keys)
		}
	})
}
