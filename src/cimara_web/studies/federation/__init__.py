"""What the portal shows of federated studies: readiness of sites and how far jobs are. It only reads."""
