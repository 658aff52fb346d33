// Package account makes a fleet file of the subscriptions that the API lists for the account.
//
// The list comes in pages, and may change while it is read: entries are then repeated, or skipped. So the whole list is read
// again until a pass finds nothing that the passes before have missed: twice, where it keeps still.
//
//	FLEET.csv                   one row for each SIM, sorted by ICCID; only ever replaced as a whole
//	FLEET.csv.account           all subscriptions of the last complete list, for Options.SinceLast
//	FLEET.csv.account.partial   the pages of a list that is being read: after a kill the next run continues behind them
//	FLEET.csv.lock              locked by the run that writes; never deleted
//
// Memory: 200 to 600 bytes for each subscription.
package account
