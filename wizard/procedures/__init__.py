"""The ordered catalogue of documented procedures."""

from wizard.procedures.dns import DNS
from wizard.procedures.domain import DOMAIN
from wizard.procedures.email import EMAIL
from wizard.procedures.health import HEALTH
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES
from wizard.procedures.restarts import RESTARTS
from wizard.procedures.routing_fqdn import ROUTING_FQDN
from wizard.procedures.service import SERVICE
from wizard.step import Procedure

CATALOGUE: tuple[Procedure, ...] = (HEALTH, DOMAIN, SERVICE, DNS, ROUTING_FQDN, LISTENERS_CERTIFICATES, EMAIL, RESTARTS)
