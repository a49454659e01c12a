import {
  MALFORMED,
  NOT_FOUND,
  nginxExample,
  type Places,
  UNAVAILABLE,
  UNCLEAR_PATH,
} from "#components/docs/nginx-example.ts";

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
 * Returns complete configurations that require a permission for each location and charge one credit
 * for each request. A test runs those for nginx and Caddy as shown.
 */
export function gatewayExamples(places: Places): Record<"nginx" | "Caddy" | "Traefik", string> {
  return { nginx: nginxExample(places), Caddy: caddyExample(places), Traefik: traefikExample(places) };
}

function caddyExample({ goodtake, upstream, port }: Places): string {
  return `(goodtake) {
	route {
		# Removes any identity header that a client sends, also GoodTake_Tier and GoodTake.Tier,
		# which CGI, WSGI and PHP read as GoodTake-Tier.
		request_header -GoodTake*

		# Caddy removes the headers that Connection lists. A client must not list identity headers
		# there, so only the word that a websocket needs remains.
		request_header -Connection
		@websocket header_regexp Upgrade (?i)^websocket$
		request_header @websocket Connection Upgrade

		# A location that sets no permission sends an empty one, which GoodTake rejects.
		forward_auth ${goodtake} {
			uri /api/v1/auth?cost=1&scope={vars.goodtake_scope}
			copy_headers GoodTake-User-Id GoodTake-Key-Id GoodTake-Key-Name GoodTake-Key-Environment GoodTake-Key-Scopes GoodTake-Tier
			transport http {
				dial_timeout 1s
				response_header_timeout 5s
			}
		}

		# Your API has no use for the key, so it can't lose it.
		request_header -Authorization
		request_header -X-API-Key
	}
}

:${port} {
	route {
		# Your API may resolve /images/../reports/1 to a different path than Caddy does. The permission of
		# the wrong location would then be checked.
		@unclear vars_regexp {uri} (?i)${UNCLEAR_PATH}
		handle @unclear {
			header Content-Type application/json
			respond \`${MALFORMED}\` 400
		}

		# Each location sets the permission that it requires.
		handle /reports/* {
			vars goodtake_scope reports:read
			import goodtake
			reverse_proxy ${upstream}
		}
		handle /images/* {
			vars goodtake_scope images:write
			import goodtake
			reverse_proxy ${upstream}
		}

		# All other paths, in any spelling.
		handle {
			header Content-Type application/json
			respond \`${NOT_FOUND}\` 404
		}
	}

	# GoodTake could not be reached, or did not answer.
	handle_errors {
		header Content-Type application/json
		header Cache-Control "private, no-store"
		header Retry-After 1
		respond \`${UNAVAILABLE}\` 503
	}
}`;
}

function traefikExample({ goodtake, upstream }: Places): string {
  return `http:
  routers:
    # Each router requires a permission. Paths without a router get 404.
    reports:
      rule: PathPrefix(\`/reports/\`)
      middlewares: [reports-read, without-key]
      service: api
    images:
      rule: PathPrefix(\`/images/\`)
      middlewares: [images-write, without-key]
      service: api

  middlewares:
    reports-read:
      forwardAuth:
        address: http://${goodtake}/api/v1/auth?cost=1&scope=reports:read
        # Traefik replaces what a client sends under these names.
        authResponseHeaders: &identity
          - GoodTake-User-Id
          - GoodTake-Key-Id
          - GoodTake-Key-Name
          - GoodTake-Key-Environment
          - GoodTake-Key-Scopes
          - GoodTake-Tier
    images-write:
      forwardAuth:
        address: http://${goodtake}/api/v1/auth?cost=1&scope=images:write
        authResponseHeaders: *identity
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
}
