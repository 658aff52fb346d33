package api

// TokensObtained is how many access tokens the client's source has obtained so far, the first one
// included. A source that is given its token, as [StaticToken] is, obtains none.
func (c *Client) TokensObtained() int {
	if source, counts := c.tokens.(interface{ Renewals() int }); counts {
		return source.Renewals()
	}
	return 0
}
