type Places = {
  /** GoodTake's address as the gateway reaches it, such as `127.0.0.1:3000`. */
  goodtake: string;
  /** The address of your own API. */
  upstream: string;
  /** The port that the gateway listens on. */
  port: number;
};

/** The documented bodies, for responses that the gateway writes itself. */
const body = (code: string, message: string) => JSON.stringify({ error: { code, message } });
const UNAUTHORIZED = body("unauthorized", "Invalid or missing API key");
const FORBIDDEN = body("forbidden", "Insufficient credits or quota exceeded");
const LIMITED = body("rate_limit_exceeded", "Too many requests; try again when Retry-After has passed");
const MALFORMED = body("invalid_request", "The request is not valid");
const TOO_LARGE = body("headers_too_large", "The headers are larger than 16,384 bytes");
const UNAVAILABLE = body("unavailable", "The service is unavailable for the moment");

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
export function gatewayExamples({ goodtake, upstream, port }: Places): Record<"nginx" | "Caddy" | "Traefik", string> {
  const nginx = `upstream goodtake {
    server ${goodtake};
    keepalive 32;
}

server {
    listen ${port};

    # CGI, WSGI and PHP read GoodTake_Tier and GoodTake.Tier as GoodTake-Tier: nginx drops such names.
    # It reads these lines in the default server of a port only, so set them there if this is another one.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Larger than what GoodTake accepts (16 KB of headers), so that its answer decides.
    large_client_header_buffers 4 32k;

    location / {
        auth_request /_goodtake;

        # The caller's identity for your API. Setting all five overwrites any that a client sends.
        auth_request_set $goodtake_user_id $upstream_http_goodtake_user_id;
        auth_request_set $goodtake_key_id $upstream_http_goodtake_key_id;
        auth_request_set $goodtake_key_name $upstream_http_goodtake_key_name;
        auth_request_set $goodtake_key_environment $upstream_http_goodtake_key_environment;
        auth_request_set $goodtake_tier $upstream_http_goodtake_tier;
        proxy_set_header GoodTake-User-Id $goodtake_user_id;
        proxy_set_header GoodTake-Key-Id $goodtake_key_id;
        proxy_set_header GoodTake-Key-Name $goodtake_key_name;
        proxy_set_header GoodTake-Key-Environment $goodtake_key_environment;
        proxy_set_header GoodTake-Tier $goodtake_tier;

        # Your API has no use for the key, so it can't lose it.
        proxy_set_header Authorization "";
        proxy_set_header X-API-Key "";

        # What is left, for the client.
        auth_request_set $goodtake_status $upstream_status;
        auth_request_set $goodtake_policy $upstream_http_ratelimit_policy;
        auth_request_set $goodtake_limit $upstream_http_ratelimit;
        auth_request_set $goodtake_retry_after $upstream_http_retry_after;
        auth_request_set $goodtake_request_id $upstream_http_x_request_id;
        add_header RateLimit-Policy $goodtake_policy always;
        add_header RateLimit $goodtake_limit always;

        # nginx knows three answers: 2xx, 401 and 403. All others, and none at all, are its 500.
        error_page 401 = @goodtake_unauthorized;
        error_page 403 = @goodtake_refused;
        error_page 500 = @goodtake_unavailable;

        proxy_pass http://${upstream};
    }

    location = /_goodtake {
        internal;
        proxy_pass http://goodtake/api/v1/auth?limited=403&cost=1;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_connect_timeout 1s;
        proxy_read_timeout 5s;
    }

    location @goodtake_unauthorized {
        internal;
        default_type application/json;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        return 401 '${UNAUTHORIZED}';
    }

    location @goodtake_refused {
        internal;
        default_type application/json;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        add_header RateLimit-Policy $goodtake_policy always;
        add_header RateLimit $goodtake_limit always;
        # Empty, and then absent, unless the minute's limit is the reason.
        add_header Retry-After $goodtake_retry_after always;
        if ($goodtake_retry_after) {
            return 429 '${LIMITED}';
        }
        return 403 '${FORBIDDEN}';
    }

    location @goodtake_unavailable {
        internal;
        default_type application/json;
        # GoodTake can't read the request, and never will: no Retry-After.
        if ($goodtake_status = 400) {
            add_header Cache-Control "private, no-store" always;
            return 400 '${MALFORMED}';
        }
        if ($goodtake_status = 431) {
            add_header Cache-Control "private, no-store" always;
            return 431 '${TOO_LARGE}';
        }
        add_header Cache-Control "private, no-store" always;
        add_header Retry-After 1 always;
        return 503 '${UNAVAILABLE}';
    }
}`;

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

  return { nginx, Caddy: caddy, Traefik: traefik };
}
