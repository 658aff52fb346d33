// Package sandbox is a Connect API in memory. Rehearsals run against it, and so do all tests.
//
// A [Sandbox] is a [net/http.Handler] with two sets of resources:
//
//   - [TokenPath] and [BasePath] have the paths of production. The sandbox hands out access tokens, keeps one
//     webhook per SIM and notification type, lists the subscriptions of the account, and counts a quota.
//   - / and /sandbox are for people. / is a page that shows the state, and /sandbox/stats has the [Stats] as JSON.
//
// Without [Options] it does what the API's documentation says. Options make it fail: [Options.ErrorRate] and the
// other rates at random, as real networks do; [Options.Rules] at exactly chosen calls. Stats counts each fault that
// happened, so a test can check that its fault did happen. [Options.Watch] tells of each call as it happens.
//
// A test serves a sandbox on loopback with [net/http/httptest.NewServer] and points a client at the server's URL
// with BasePath and TokenPath behind it. In virtual time it uses [ServePipe]. [Sandbox.Set]
// gives a SIM a webhook, [Sandbox.Webhooks] says which webhooks the SIMs have.
//
// [Options.SIMs] are the SIMs of the account. [Sandbox.AddSIMs], [Sandbox.RemoveSIMs] and [Options.ShiftPages] change the
// list of subscriptions while it is read.
//
// [Sandbox.Deliver] sends notifications to the registered webhooks. Nothing else starts a goroutine, and time is
// read with time.Now, so a sandbox also works in a bubble of testing/synctest.
package sandbox
