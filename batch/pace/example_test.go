package pace_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"simhook/api"
	"simhook/batch/pace"
)

// Three workers make 20 calls at a fixed rate of 200 a second.
func Example() {
	call := func(int) api.Answer { return api.Answer{Status: http.StatusCreated} } // in place of the API

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pacer := pace.New(pace.Options{Rate: pace.PerSecond(200)})
	go pacer.Run(ctx)

	sims := make(chan int)
	started := time.Now()
	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			for sim := range sims {
				permit, err := pacer.Acquire(ctx)
				if err != nil {
					return // ctx has ended
				}
				permit.Done(call(sim))
			}
		})
	}
	for sim := range 20 {
		sims <- sim
	}
	close(sims)
	workers.Wait()
	fmt.Println("20 calls took 95 ms or longer:", time.Since(started) >= 94*time.Millisecond)
	// Output: 20 calls took 95 ms or longer: true
}

func ExampleParseRate() {
	rate, err := pace.ParseRate("1000/minute")
	fmt.Println(rate, err)
	_, err = pace.ParseRate("fast")
	fmt.Println(err)
	// Output:
	// 1000/m <nil>
	// rate "fast": use auto, unlimited, or a number of calls per second, minute or hour such as 20/s, 1000/m or 5000/h
}
