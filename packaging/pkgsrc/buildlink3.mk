# $NetBSD$

BUILDLINK_TREE+=	libgreen

.if !defined(LIBGREEN_BUILDLINK3_MK)
LIBGREEN_BUILDLINK3_MK:=

BUILDLINK_API_DEPENDS.libgreen+=	libgreen>=@VERSION@
BUILDLINK_PKGSRCDIR.libgreen?=		../../devel/libgreen

.include "../../converters/libiconv/buildlink3.mk"
.include "../../security/openssl/buildlink3.mk"
.endif

BUILDLINK_TREE+=	-libgreen
