// Package listen is the service that receives notifications over HTTP and appends them to a CSV file.
//
// A notification is acknowledged only when its line is safe on disk. One that is sent again is recognised by its ID,
// acknowledged, and not written a second time. The order of use is Open, Listen, Serve, Shutdown.
package listen
