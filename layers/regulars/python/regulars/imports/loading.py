"""Which loader an import needs."""

from datetime import datetime

from regulars.imports.loaders.buyers import Buyers
from regulars.imports.loaders.consents import ConsentLoader
from regulars.imports.loaders.customers import CustomerLoader
from regulars.imports.loaders.events import EventLoader
from regulars.imports.loaders.orders import OrderLoader
from regulars.imports.loaders.products import ProductLoader
from regulars.imports.loaders.suppressions import SuppressionLoader
from regulars.imports.model import ImportSpec
from regulars.imports.runner import Loader
from regulars.imports.targets import ImportKind
from regulars.kernel.jobs import Job
from regulars.kernel.tenancy import Tenant
from regulars.platform import TenantSettings


def loader_of(tenant: Tenant, job: Job, spec: ImportSpec, settings: TenantSettings, now: datetime) -> Loader:
    """The loader of a run."""
    options = spec.options
    buyers = Buyers(tenant, job.id, create_missing=options.create_customers, now=now)
    currency = options.currency or settings.currency
    if spec.kind is ImportKind.CUSTOMERS:
        return CustomerLoader(tenant, job.id, spec.run, now)
    if spec.kind is ImportKind.PRODUCTS:
        return ProductLoader(tenant, job.id, spec.run, currency, settings.default_language, now)
    if spec.kind is ImportKind.EVENTS:
        return EventLoader(tenant, job.id, spec.run, buyers, now)
    if spec.kind is ImportKind.CONSENTS:
        return ConsentLoader(tenant, job.id, buyers, now)
    if spec.kind is ImportKind.SUPPRESSIONS:
        return SuppressionLoader(tenant, job.id, spec.run, now)
    return OrderLoader(tenant, job.id, buyers, currency, options.refund_prefix, now)
