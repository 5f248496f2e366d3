"""The ordered catalogue of documented procedures."""

from wizard.procedures.acceptance import ACCEPTANCE
from wizard.procedures.ahead import ahead_of
from wizard.procedures.aol_routing import AOL_ROUTING
from wizard.procedures.default_routing_domain import DEFAULT_ROUTING_DOMAIN
from wizard.procedures.dns import DNS
from wizard.procedures.domain import DOMAIN
from wizard.procedures.email import EMAIL
from wizard.procedures.federated_domain import FEDERATED_DOMAIN
from wizard.procedures.health import HEALTH
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES
from wizard.procedures.peer_subject import PEER_SUBJECT
from wizard.procedures.restarts import RESTARTS
from wizard.procedures.routing_fqdn import ROUTING_FQDN
from wizard.procedures.service import SERVICE
from wizard.procedures.static_route import STATIC_ROUTE
from wizard.procedures.tls_context import TLS_CONTEXT
from wizard.step import Procedure

_LATER = (
    DOMAIN,
    SERVICE,
    FEDERATED_DOMAIN,
    DNS,
    STATIC_ROUTE,
    ROUTING_FQDN,
    LISTENERS_CERTIFICATES,
    PEER_SUBJECT,
    TLS_CONTEXT,
    AOL_ROUTING,
    DEFAULT_ROUTING_DOMAIN,
    EMAIL,
    RESTARTS,
    ACCEPTANCE,
)
CATALOGUE: tuple[Procedure, ...] = (ahead_of(HEALTH, _LATER), *_LATER)
