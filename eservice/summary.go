package eservice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// The summaries of official results are made anew, year by year, in the unit
// of work that changes the results: groups of the assessments of the year by
// body, and small tables from the groups. Pages read the summaries only, so
// what they cost does not grow with the number of services.
//
// The results of a campaign are grouped ahead, when its points are closed
// ([CountAhead]): nobody reads groups of a year that is not in scorecard_known.
// When the results become official each body's groups are held against its
// rows by their number and the sum of their digests, and only those that differ
// are counted again.

// official is the condition of officialRows as SQL, alias a.
const official = `a.official AND (a.campaign_id IS NULL OR a.campaign_id IN (SELECT k.id FROM assessment_campaigns k WHERE k.state IN ('final', 'published')))`

// groupsOf counts results by body under a condition over alias a; ordered by
// body, so that the index of the groups grows at its end.
func groupsOf(condition string) string {
	return `SELECT a.agency_id, a.year, a.scheme, a.level, a.automation, COALESCE(a.grade, '') AS grade,
	COUNT(*) AS n, CAST(COALESCE(SUM(a.score_milli), 0) AS BIGINT) AS score, CAST(SUM(a.digest) AS BIGINT) AS digest
	FROM assessments a WHERE ` + condition + ` GROUP BY a.agency_id, a.year, a.scheme, a.level, a.automation, COALESCE(a.grade, '') ORDER BY a.agency_id`
}

// groupsQuery counts the official results of a year, ?0.
var groupsQuery = groupsOf(`a.year = ?0 AND ` + official)

const insertGroups = `INSERT INTO scorecard_groups (agency_id, year, scheme, level, automation, grade, n, score, digest) `

// staleQuery finds the bodies whose groups of a year, ?0, are not those of their
// official results: other rows by number or by the sum of their digests, or rows
// that a program entered without a digest.
const staleQuery = `SELECT COALESCE(r.agency_id, g.agency_id) FROM
	(SELECT a.agency_id, COUNT(*) AS n, SUM(a.digest) AS digest, MIN(a.digest) AS least FROM assessments a WHERE a.year = ?0 AND ` + official + ` GROUP BY a.agency_id) r
	FULL JOIN (SELECT agency_id, SUM(n) AS n, SUM(digest) AS digest FROM scorecard_groups WHERE year = ?0 GROUP BY agency_id) g ON g.agency_id = r.agency_id
	WHERE r.agency_id IS NULL OR g.agency_id IS NULL OR r.n <> g.n OR r.digest <> g.digest OR r.least = 0`

// summaries are made of the groups of a year, ?0, and of each other, in their
// order. A mean is rounded half up to thousandths; bodies with equal means share
// a rank, those without a mean come after all others.
var summaries = []struct{ table, columns, query string }{
	{"scorecard_years", "year, scheme, level, automation, grade, n, score", `SELECT year, scheme, level, automation, grade, CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(score) AS BIGINT) AS score
		FROM scorecard_groups WHERE year = ?0 GROUP BY year, scheme, level, automation, grade`},
	{"scorecard_standings", "year, agency_id, scheme, services, electronised, graded, score, grade_points, digest, mean_milli, rank, sharing, cell_x, cell_y, sort_key",
		`SELECT m.year, m.agency_id, m.scheme, m.services, m.electronised, m.graded, m.score, m.grade_points, m.digest, m.mean_milli,
			RANK() OVER (ORDER BY COALESCE(m.mean_milli, -1) DESC) AS rank, COUNT(*) OVER (PARTITION BY COALESCE(m.mean_milli, -1)) AS sharing,
			CASE WHEN m.electronised = m.services THEN 4 ELSE (m.electronised * 5) / m.services END AS cell_x,
			CASE WHEN m.mean_milli IS NULL THEN -1 WHEN m.mean_milli >= m.most THEN 4 ELSE (m.mean_milli * 5) / m.most END AS cell_y, m.sort_key
		FROM (SELECT t.*, s.max_milli AS most, y.sort_key, CASE WHEN t.graded > 0 THEN (2 * t.score + t.graded) / (2 * t.graded) END AS mean_milli
			FROM (SELECT g.year, g.agency_id, MIN(g.scheme) AS scheme, CAST(SUM(g.n) AS BIGINT) AS services,
					CAST(SUM(CASE WHEN g.grade <> '' THEN g.n ELSE 0 END) AS BIGINT) AS electronised, CAST(SUM(CASE WHEN g.grade <> '' THEN g.n ELSE 0 END) AS BIGINT) AS graded,
					CAST(SUM(g.score) AS BIGINT) AS score, CAST(SUM(g.n * COALESCE(b.position, 0)) AS BIGINT) AS grade_points, CAST(SUM(g.digest) AS BIGINT) AS digest
				FROM scorecard_groups g LEFT JOIN rating_bands b ON b.scheme = g.scheme AND b.code = g.grade WHERE g.year = ?0 GROUP BY g.year, g.agency_id) t
			JOIN rating_schemes s ON s.code = t.scheme JOIN agencies y ON y.id = t.agency_id) m`},
	{"scorecard_cells", "year, x, y, bodies", `SELECT year, cell_x AS x, cell_y AS y, COUNT(*) AS bodies FROM scorecard_standings WHERE year = ?0 AND cell_y >= 0 GROUP BY year, cell_x, cell_y`},
	{"scorecard_known", "year, bodies, rows_n", `SELECT year, COUNT(*) AS bodies, CAST(SUM(services) AS BIGINT) AS rows_n FROM scorecard_standings WHERE year = ?0 GROUP BY year`},
}

// Refresh makes the summaries of years anew. Whoever changes official results
// calls it in the same unit of work.
func Refresh(ctx context.Context, tx *store.Tx, years ...int) error {
	for _, y := range years {
		if err := regroup(ctx, tx, y); err != nil {
			return err
		}
		for _, x := range summaries {
			if _, err := tx.NewRaw(`DELETE FROM `+x.table+` WHERE year = ?0`, y).Exec(ctx); err != nil {
				return store.MapError(err, "summary of a year")
			}
			if _, err := tx.NewRaw(`INSERT INTO `+x.table+` (`+x.columns+`) `+x.query, y).Exec(ctx); err != nil {
				return store.MapError(err, "summary of a year")
			}
		}
	}
	return nil
}

// regroup makes the groups of a year those of its official results, body by
// body where they differ, at once where most of them do.
func regroup(ctx context.Context, tx *store.Tx, year int) error {
	var known int
	if err := tx.NewRaw(`SELECT COUNT(*) FROM (SELECT DISTINCT agency_id FROM scorecard_groups WHERE year = ?) g`, year).Scan(ctx, &known); err != nil {
		return store.MapError(err, "groups of a year")
	}
	var stale []string
	if known > 0 {
		if err := tx.NewRaw(staleQuery, year).Scan(ctx, &stale); err != nil {
			return store.MapError(err, "groups that differ")
		}
		if len(stale) == 0 {
			return nil
		}
	}
	if known == 0 || 2*len(stale) > known {
		if _, err := tx.NewRaw(`DELETE FROM scorecard_groups WHERE year = ?`, year).Exec(ctx); err != nil {
			return store.MapError(err, "groups of a year")
		}
		_, err := tx.NewRaw(insertGroups+groupsQuery, year).Exec(ctx)
		return store.MapError(err, "groups of a year")
	}
	for part := range slices.Chunk(stale, 500) {
		if _, err := tx.NewRaw(`DELETE FROM scorecard_groups WHERE year = ? AND agency_id IN (?)`, year, bun.List(part)).Exec(ctx); err != nil {
			return store.MapError(err, "groups of bodies")
		}
		if _, err := tx.NewRaw(insertGroups+groupsOf(`a.year = ?0 AND a.agency_id IN (?1) AND `+official), year, bun.List(part)).Exec(ctx); err != nil {
			return store.MapError(err, "groups of bodies")
		}
	}
	return nil
}

// CountAhead groups the results of a campaign whose points are closed and which
// are not official yet. Whoever makes them official calls Refresh.
func CountAhead(ctx context.Context, tx *store.Tx, year int, campaignID string) error {
	if _, err := tx.NewRaw(`DELETE FROM scorecard_groups WHERE year = ?`, year).Exec(ctx); err != nil {
		return store.MapError(err, "groups of a year")
	}
	_, err := tx.NewRaw(insertGroups+groupsOf(`a.campaign_id = ?0`), campaignID).Exec(ctx)
	return store.MapError(err, "groups of a campaign")
}

// complete gives an office of an older program what it has not: parameters of
// the schemes of the reference material, and summaries of its results.
func (s *Service) complete(ctx context.Context, seed seed) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var missing []int
		err := tx.NewRaw(`SELECT DISTINCT year FROM assessments a WHERE `+official+` AND year NOT IN (SELECT year FROM scorecard_known)`).Scan(ctx, &missing)
		if err != nil {
			return store.MapError(err, "years without a summary")
		}
		n, err := tx.NewSelect().Model((*Parameter)(nil)).Count(ctx)
		if err != nil {
			return store.MapError(err, "parameters")
		}
		known, err := loadSchemes(ctx, tx)
		if err != nil {
			return err
		}
		var add []Parameter
		for _, m := range seed.parameters {
			for _, c := range known[m.Scheme].Criteria {
				if n == 0 && c.Code == m.Criterion {
					add = append(add, m)
				}
			}
		}
		if len(missing) == 0 && len(add) == 0 {
			return store.ErrNoChange
		}
		if len(add) > 0 {
			if _, err := tx.NewInsert().Model(&add).Exec(ctx); err != nil {
				return store.MapError(err, "parameters")
			}
		}
		tx.Record(store.Change{Action: "eservice:scheme:load", Kind: kindScheme, ID: "reference", Label: "reference", After: map[string]int{"parameters": len(add), "years": len(missing)}})
		return Refresh(ctx, tx, missing...)
	})
}

// Digest is a number made of all that a result says, for rows that are sealed
// together: the sum of the digests of a body's results stands in its summary,
// and the trail seals the summary. 44 bits, so that the sum of 200,000 of them
// stays a 64-bit number.
func (a Assessment) Digest() int64 {
	score := int64(-1)
	if a.ScoreMilli != nil {
		score = *a.ScoreMilli
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d|%s|%t|%s|%s|%d|%s|%s", a.ServiceID, a.AgencyID, a.Year, a.Scheme, a.Electronised, a.Level, a.Automation, score, a.Grade, a.Points))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 20)
}

// groupRow is a row of a summary.
type groupRow struct {
	AgencyID   string `bun:"agency_id"`
	Year       int    `bun:"year"`
	Scheme     string `bun:"scheme"`
	Level      string `bun:"level"`
	Automation string `bun:"automation"`
	Grade      string `bun:"grade"`
	N          int64  `bun:"n"`
	Score      int64  `bun:"score"`
	Digest     int64  `bun:"digest"`
}

// VerifySummaries holds the summaries against the results they are made of,
// the digests against the rows, and what is made of the groups against them; it gives
// the number of results looked at.
func (s *Service) VerifySummaries(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	db := s.DB.Read()
	var years []int
	if err := db.NewRaw(`SELECT year FROM scorecard_known UNION SELECT a.year FROM assessments a WHERE `+official+` ORDER BY 1`).Scan(ctx, &years); err != nil {
		return 0, store.MapError(err, "years")
	}
	for _, y := range years {
		rows, err := s.verifyDigests(ctx, db, y, report)
		n += rows
		if err == nil {
			err = verifyYear(ctx, db, y, report)
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// verifyDigests looks at the results of a year, a page at a time.
func (s *Service) verifyDigests(ctx context.Context, db bun.IDB, year int, report func(store.Fault)) (n int64, err error) {
	for last := ""; ; {
		var page []Assessment
		q := db.NewSelect().Model(&page).Where("a.year = ? AND a.digest <> 0", year).Order("a.id").Limit(2000)
		if last != "" {
			q = q.Where("a.id > ?", last)
		}
		if err := q.Scan(ctx); err != nil {
			return n, store.MapError(err, "results")
		}
		if len(page) == 0 {
			return n, nil
		}
		n += int64(len(page))
		last = page[len(page)-1].ID
		for _, a := range page {
			if a.Stored != a.Digest() {
				report(store.Fault{Where: a.ID, Key: "eservice.verify.result", Args: apperr.Pairs("year", year)})
			}
		}
	}
}

// verifyYear counts a year again and compares.
func verifyYear(ctx context.Context, db bun.IDB, year int, report func(store.Fault)) error {
	var stored, counted []groupRow
	if err := db.NewRaw(`SELECT agency_id, year, scheme, level, automation, grade, n, score, digest FROM scorecard_groups WHERE year = ?`, year).Scan(ctx, &stored); err != nil {
		return store.MapError(err, "groups")
	}
	if err := db.NewRaw(groupsQuery, year).Scan(ctx, &counted); err != nil {
		return store.MapError(err, "groups")
	}
	if !sameGroups(stored, counted) {
		report(store.Fault{Where: fmt.Sprint(year), Key: "eservice.verify.summary"})
	}
	for _, x := range summaries {
		columns := strings.TrimSuffix(x.columns, ", sort_key") // a body renamed since sorts by the name it bore
		var wrong int
		err := db.NewRaw(`SELECT (SELECT COUNT(*) FROM (SELECT `+columns+` FROM (`+x.query+`) q EXCEPT SELECT `+columns+` FROM `+x.table+` WHERE year = ?0) d)
			+ (SELECT COUNT(*) FROM (SELECT `+columns+` FROM `+x.table+` WHERE year = ?0 EXCEPT SELECT `+columns+` FROM (`+x.query+`) q) d)`, year).Scan(ctx, &wrong)
		if err != nil {
			return store.MapError(err, "summary of a year")
		}
		if wrong > 0 {
			report(store.Fault{Where: x.table + ":" + fmt.Sprint(year), Key: "eservice.verify.standings"})
		}
	}
	return nil
}

func sameGroups(a, b []groupRow) bool {
	order := func(x, y groupRow) int { return cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)) }
	slices.SortFunc(a, order)
	slices.SortFunc(b, order)
	return slices.Equal(a, b)
}
