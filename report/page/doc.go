// Package page draws results as one page of HTML that needs no network and no other file: counts, causes of
// failure, charts, and a table of the rows that are not ok.
//
//	p := page.New(names, mask)
//	p.Add(&row) // for the newest row of each SIM
//	err := p.Render(w)
package page
