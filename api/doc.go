// Package api is a client of the Connect API's notification preferences and subscriptions, and the receiver of the
// notifications it sends. The client registers, reads and removes the webhooks of one SIM at a time, and lists the
// account's subscriptions page by page.
//
// # One call is one attempt
//
// A method of [Client] sends at most one request that the API can have read. It does not retry, does not
// follow redirects, and does not wait for a quota: the caller decides, with what the call returns.
//
//	tokens, err := api.NewClientCredentials(api.ClientCredentials{
//		TokenURL: api.ProductionTokenURL, ClientID: id, ClientSecret: secret,
//	})
//	...
//	client, err := api.NewClient(api.Config{BaseURL: api.ProductionBaseURL, Tokens: tokens})
//	...
//	defer client.Close()
//	answer, err := client.Register(ctx, iccid, api.UsageThreshold, webhookURL, correlationID)
//
// Every attempt needs its own correlation ID: the operator's support finds the request by it.
//
// # What an error means
//
// The [Answer] holds the status, the announced quota and Retry-After, with and without an error. An error
// answers these questions:
//
//   - [Temporary]: can the same call succeed later?
//   - [Ambiguous]: may the call have taken effect although it failed? Reading the [Preferences] tells.
//   - [Unauthorised]: was the access token refused? The next call uses another one, so repeat at once.
//   - [Hopeless]: does waiting not help, and fails every other call as well? A proxy refuses, or TLS is not acceptable.
//   - [Cause]: what went wrong, in one line that is the same for all SIMs and can be counted.
//
// An answer that is not a success is an [*Error]. A [*CredentialsError] says that no call can succeed any more:
// the credentials were refused, or nothing but 401 came for 30 s, with three tokens.
//
// An answer counts as the API's only with the API's shape: an error has a type and messages, preferences have a list of
// notifications, subscriptions are a list whose entries have an id or an ICCID, and a SIM is the one that was asked for. What proxies, gateways and firewalls answer decides nothing.
//
//	what happened                                       Temporary  Ambiguous
//	no connection                                       yes        no
//	no complete answer to what was sent                 yes        yes
//	5xx, 408, 499, or a 2xx that is not the API's       yes        yes
//	501, 505                                            no         yes
//	421, 423, 425, 429, a 3xx                           yes        no
//	401 (see Unauthorised), 405, 409, 404 to a DELETE   no         no
//	another 4xx of the API's shape                      no         no
//	another 4xx of something else                       yes        no
//	the token endpoint cannot be reached                yes        no
//	TLS or a proxy that cannot pass (Hopeless)          no         no
//	the credentials are refused (CredentialsError)      no         no
//	the caller's context ended                          no         if the request was sent
//
// # Access tokens
//
// A [TokenSource] gives the tokens: [NewClientCredentials] obtains and renews them, [TokenFile] reads a file
// that another program keeps fresh, [StaticToken] holds one. No error, and no [Attempt], contains a token.
//
// # Receiving notifications
//
// A [Receiver] is the http.Handler behind a webhook. It acknowledges a notification only after the caller's
// function has accepted it:
//
//	receiver, err := api.NewReceiver(api.ReceiverConfig{Receive: store, Username: name, Password: password})
//	...
//	http.Handle("/notifications", receiver)
//
// # Where to look
//
//	client.go, config.go        the client's methods and settings
//	exchange.go                 one attempt, from the token to the error
//	request.go, reuse.go        what is sent, and how attempts share a request
//	response.go, answer.go      what is read: bodies and headers
//	quota.go                    the rate limit that an answer announces
//	cause.go, error.go          what errors mean; answers that are not a success
//	transporterror.go           failures of the network and of TLS
//	token*.go, renewal.go       sources of tokens and their errors
//	receiver.go                 the webhook's handler
//	notificationtype.go         the table of notification types
//	notification.go             notifications
//	preferences.go              the webhooks of one SIM
//	subscription.go             subscriptions, their pages, and SIMs
//	nextpage.go                 the link to the next page
//	text.go, mask.go            text from outside made safe to print
//
// Package api/sandbox is the API in memory, for tests and rehearsals.
package api
