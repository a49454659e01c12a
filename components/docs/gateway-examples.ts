import { nginxExample, type Places, UNAVAILABLE } from "#components/docs/nginx-example.ts";

/**
 * Traefik's static configuration for the example. Version 3.7.12 added the option, whose default is
 * `keep`.
 */
export const TRAEFIK_ENTRY_POINT = `entryPoints:
  web:
    address: ":80"
    http:
      # CGI, WSGI and PHP read GoodTake_Tier and GoodTake.Tier as GoodTake-Tier.
      aliasHeadersStrategy: delete`;

/**
 * Returns complete configurations that charge one credit for each request. A test runs those of
 * nginx and Caddy as shown.
 */
export function gatewayExamples(places: Places): Record<"nginx" | "Caddy" | "Traefik", string> {
  const { goodtake, upstream, port } = places;
  const caddy = `:${port} {
	route {
		# Removes any identity header that a client sends, also GoodTake_Tier and GoodTake.Tier,
		# which CGI, WSGI and PHP read as GoodTake-Tier.
		request_header -GoodTake*

		# Caddy removes the headers that Connection lists. A client must not list identity headers
		# there, so only the word that a websocket needs remains.
		request_header -Connection
		@websocket header_regexp Upgrade (?i)^websocket$
		request_header @websocket Connection Upgrade

		forward_auth ${goodtake} {
			uri /api/v1/auth?cost=1
			copy_headers GoodTake-User-Id GoodTake-Key-Id GoodTake-Key-Name GoodTake-Key-Environment GoodTake-Tier
			transport http {
				dial_timeout 1s
				response_header_timeout 5s
			}
		}

		# Your API has no use for the key, so it can't lose it.
		request_header -Authorization
		request_header -X-API-Key
		reverse_proxy ${upstream}
	}

	# GoodTake could not be reached, or did not answer.
	handle_errors {
		header Content-Type application/json
		header Cache-Control "private, no-store"
		header Retry-After 1
		respond \`${UNAVAILABLE}\` 503
	}
}`;

  const traefik = `http:
  routers:
    api:
      rule: PathPrefix(\`/\`)
      middlewares: [goodtake, without-key]
      service: api

  middlewares:
    goodtake:
      forwardAuth:
        address: http://${goodtake}/api/v1/auth?cost=1
        # Traefik replaces what a client sends under these names.
        authResponseHeaders:
          - GoodTake-User-Id
          - GoodTake-Key-Id
          - GoodTake-Key-Name
          - GoodTake-Key-Environment
          - GoodTake-Tier
    without-key:
      headers:
        customRequestHeaders:
          Authorization: ""
          X-API-Key: ""

  services:
    api:
      loadBalancer:
        servers:
          - url: http://${upstream}`;

  return { nginx: nginxExample(places), Caddy: caddy, Traefik: traefik };
}
