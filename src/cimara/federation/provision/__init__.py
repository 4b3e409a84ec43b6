"""Makes and checks the kits with which a server, its sites and its researchers take part in a federation."""

from cimara.federation.provision.doctor import doctor
from cimara.federation.provision.finding import Finding
from cimara.federation.provision.kits import add_site, provision, renew

__all__ = ["Finding", "add_site", "doctor", "provision", "renew"]
