package batch

import (
	"context"

	"simhook/api"
)

// Subscriptions reads one page of the account's subscriptions. The error is the last attempt's, or the context's.
func (c *Caller) Subscriptions(ctx context.Context, query api.SubscriptionQuery) (page api.Page, err error) {
	s := c.newSimCalls(ctx, "")
	err = c.do(s.ctx, c.lists, s.begin("L"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		page, answer, err = c.options.Client.SubscriptionsPage(ctx, query, id)
		return answer, err
	}, nil)
	return page, err
}

// SIM reads one SIM as the account has it.
func (c *Caller) SIM(ctx context.Context, iccid string) (sim api.SIM, err error) {
	s := c.newSimCalls(ctx, iccid)
	err = c.do(s.ctx, c.readings, s.begin("S"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		sim, answer, err = c.options.Client.SIM(ctx, iccid, id)
		return answer, err
	}, nil)
	return sim, err
}

// SIMSubscriptions reads the subscriptions of one SIM.
func (c *Caller) SIMSubscriptions(ctx context.Context, iccid string) (list []api.Subscription, err error) {
	s := c.newSimCalls(ctx, iccid)
	err = c.do(s.ctx, c.readings, s.begin("B"), func(ctx context.Context, id string) (answer api.Answer, err error) {
		list, answer, err = c.options.Client.SIMSubscriptions(ctx, iccid, id)
		return answer, err
	}, nil)
	return list, err
}
