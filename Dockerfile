# The images of the four parts and of the operator: one static program each, and nothing else but the certificate
# authorities that it trusts. `docker build --target user --tag shopkeeper-user:0.1.0 .`, and so on for product,
# order, storefront and operator. tests/images builds all five from programs that were built outside, so that no
# registry is needed: it gives a folder that takes the place of the stage `build`.

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates cmake musl-tools \
 && rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    target="$(uname -m)-unknown-linux-musl" \
 && cargo build --locked --profile image --target "$target" \
        --package user --package product --package order --package storefront --package operator \
 && cp "target/$target/image/user" "target/$target/image/product" "target/$target/image/order" \
       "target/$target/image/storefront" "target/$target/image/operator" \
       /etc/ssl/certs/ca-certificates.crt /

# What all have in common. The uid is a number, since Kubernetes can't see otherwise that it is not root's.
FROM scratch AS common
COPY --from=build ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=https://shopkeeper.dev
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.url=https://shopkeeper.dev \
      org.opencontainers.image.vendor=Shopkeeper \
      org.opencontainers.image.licenses=Apache-2.0

# A part serves on all addresses: it has the network of a Pod for itself. Its data lies in /data, a volume, where
# SQLite also puts its temporary files for want of another place; the rest may be read-only.
FROM common AS part
ENV SHOPKEEPER_LISTEN=0.0.0.0:8080 SHOPKEEPER_INTERNAL_LISTEN=0.0.0.0:9080
EXPOSE 8080 9080
WORKDIR /data
STOPSIGNAL SIGTERM

FROM part AS user
LABEL org.opencontainers.image.title=shopkeeper-user \
      org.opencontainers.image.description="Accounts, sessions and keys of a shop"
COPY --from=build user /
ENTRYPOINT ["/user"]
CMD ["serve"]

FROM part AS product
LABEL org.opencontainers.image.title=shopkeeper-product \
      org.opencontainers.image.description="The catalogue of a shop and its stock"
COPY --from=build product /
ENTRYPOINT ["/product"]
CMD ["serve"]

FROM part AS order
LABEL org.opencontainers.image.title=shopkeeper-order \
      org.opencontainers.image.description="Baskets and orders of a shop"
COPY --from=build order /
ENTRYPOINT ["/order"]
CMD ["serve"]

FROM part AS storefront
LABEL org.opencontainers.image.title=shopkeeper-storefront \
      org.opencontainers.image.description="The pages of a shop"
COPY --from=build storefront /
ENTRYPOINT ["/storefront"]
CMD ["serve"]

FROM common AS operator
LABEL org.opencontainers.image.title=shopkeeper-operator \
      org.opencontainers.image.description="Makes shops on Kubernetes out of Shop resources"
COPY --from=build operator /
ENTRYPOINT ["/operator"]
