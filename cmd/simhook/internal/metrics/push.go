package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	dto "github.com/prometheus/client_model/go"

	"simhook/report"
	"simhook/report/cell"
)

const (
	pushJob     = "simhook"
	pushTimeout = 10 * time.Second // a gateway that does not answer must not keep a Pod from ending
)

// CheckGateway says what is wrong with the URL of a Pushgateway, without the URL.
func CheckGateway(gateway string) error {
	u, err := url.Parse(gateway)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("use the URL of a Pushgateway, such as http://pushgateway:9091")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("use the URL of a Pushgateway without ? and #")
	}
	return nil
}

// Push adds how the run ended, and sends all metrics to a Pushgateway. The labels of the run are the grouping key there, so
// that each fleet, command and shard has one group, which the next run replaces metric by metric: the last success stays. A
// user and password in the URL are for basic authentication, and in no error.
func (m *Metrics) Push(ctx context.Context, gateway string, s report.Summary) error {
	u, err := url.Parse(gateway)
	if err != nil {
		return CheckGateway(gateway)
	}
	m.end(s)
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	user := u.User
	u.User = nil
	pusher := push.New(u.String(), pushJob).Gatherer(prometheus.GathererFunc(m.withoutRun)).Client(client())
	if user != nil {
		password, _ := user.Password() // "": there is none
		pusher.BasicAuth(user.Username(), password)
	}
	for name, value := range m.labels {
		pusher.Grouping(name, value)
	}
	if err := pusher.AddContext(ctx); err != nil {
		return fmt.Errorf("pushing the metrics: %s", cell.Clean(err.Error(), 300))
	}
	return nil
}

// client makes one request. It follows no redirect: what it sends is for the gateway.
func client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withoutRun are the metrics without the labels of the run, which the gateway adds again.
func (m *Metrics) withoutRun() ([]*dto.MetricFamily, error) {
	families, err := m.registry.Gather()
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			metric.Label = slices.DeleteFunc(metric.GetLabel(), func(l *dto.LabelPair) bool {
				_, ofRun := m.labels[l.GetName()]
				return ofRun
			})
		}
	}
	return families, err
}
